//! This machine.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::{env, str};

use crate::run::hold::Machine;
use crate::schema::values::{Arch, Glob, Os};

/// How long a port may take to answer.
const ANSWER: Duration = Duration::from_millis(300);

/// The machine that dtpc runs on.
#[derive(Debug)]
pub struct Here {
    /// The root of the repository.
    pub root: PathBuf,
    /// Whether tools are set up first.
    pub sets_up: bool,
}

impl Machine for Here {
    fn os(&self) -> Option<Os> {
        match env::consts::OS {
            "linux" => Some(Os::Linux),
            "macos" => Some(Os::MacOs),
            "windows" => Some(Os::Windows),
            _ => None,
        }
    }

    fn arch(&self) -> Option<Arch> {
        match env::consts::ARCH {
            "x86_64" => Some(Arch::Amd64),
            "aarch64" => Some(Arch::Arm64),
            _ => None,
        }
    }

    fn has_program(&self, name: &str) -> bool {
        which::which_in(name, env::var_os("PATH"), &self.root).is_ok()
    }

    fn has_variable(&self, name: &str) -> bool {
        env::var_os(name).is_some_and(|value| !value.is_empty())
    }

    fn listens(&self, port: u16) -> bool {
        listens(port)
    }

    fn changed_file(&self, globs: &[Glob]) -> Option<String> {
        let pathspecs = globs.iter().flat_map(|glob| {
            let globs = glob.without_braces();
            globs.into_iter().map(|glob| format!(":(glob){glob}"))
        });
        let done = Command::new("git")
            .args(["status", "--porcelain", "-z", "--untracked-files=all", "--"])
            .args(pathspecs)
            .current_dir(&self.root)
            .output()
            .ok()?;
        let first = done.stdout.split(|byte| *byte == 0).next()?;
        // Two letters and a blank stand before the name.
        let name = str::from_utf8(first).ok()?.get(3..)?;
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn sets_up(&self) -> bool {
        self.sets_up
    }
}

/// Whether something on this machine takes connections on a TCP port.
pub fn listens(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, ANSWER).is_ok()
}
