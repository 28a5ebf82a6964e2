//! Reduced ordered binary decision diagrams, hash-consed: one node for each function, so two sets
//! are equal exactly if their nodes are.
//!
//! Nothing here recurses, so that the number of variables is no matter of the stack; and every
//! operation has a budget, so that no function is too large, only too large to decide.
//!
//! Why not a crate: `docs/decisions/0005-decision-diagrams.md`.

use rustc_hash::{FxHashMap, FxHashSet};

/// How much one question may cost before it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many nodes one question may add.
    pub nodes: usize,
    /// How many pairs of nodes one question may look at.
    pub steps: usize,
    /// How many nodes there may be in all, about 40 bytes each.
    pub total: usize,
}

impl Default for Limits {
    /// Two hundred thousand nodes and a million steps, at most some tenths of a second; real
    /// expressions take some hundreds.
    fn default() -> Self {
        Self {
            nodes: 200_000,
            steps: 1_000_000,
            total: 4_000_000,
        }
    }
}

/// The budget was used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

/// Numbers of nodes take 31 bits: see [`Key`].
const MOST_NODES: usize = 1 << 31;

/// The number of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Node(u32);

impl Node {
    /// What holds for nothing.
    pub const FALSE: Self = Self(0);
    /// What holds for everything.
    pub const TRUE: Self = Self(1);

    const fn is_terminal(self) -> bool {
        self.0 < 2
    }

    /// What says nothing about any variable but whether it holds.
    pub const fn constant(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }
}

/// What a node that is no terminal says: if the variable at this level holds, `high`, else `low`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Branch {
    /// The place of the variable in the order: greater in every node below.
    pub level: u32,
    pub low: Node,
    pub high: Node,
}

/// The level below all variables.
const BOTTOM: u32 = u32::MAX;

/// An operation of two functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    /// Both.
    And,
    /// One of them at least.
    Or,
    /// The first and not the second.
    Minus,
}

impl Operation {
    /// What needs no look inside.
    fn terminal(self, a: Node, b: Node) -> Option<Node> {
        let (never, always) = (Node::FALSE, Node::TRUE);
        match self {
            Self::And if a == never || b == never => Some(never),
            Self::And if a == always || a == b => Some(b),
            Self::And if b == always => Some(a),
            Self::Or if a == always || b == always => Some(always),
            Self::Or if a == never || a == b => Some(b),
            Self::Or | Self::Minus if b == never => Some(a),
            Self::Minus if a == never || b == always || a == b => Some(never),
            _ => None,
        }
    }

    const fn commutes(self) -> bool {
        matches!(self, Self::And | Self::Or)
    }
}

enum Task {
    Visit(Node, Node),
    Build(u32, Node, Node),
}

/// All nodes, and what was found out about them.
#[derive(Debug)]
pub(super) struct Diagrams {
    branches: Vec<Branch>,
    known: FxHashMap<Branch, Node>,
    results: FxHashMap<Key, Node>,
    limits: Limits,
    node_limit: usize,
    steps_left: usize,
}

impl Diagrams {
    pub fn new(limits: Limits) -> Self {
        // The terminals stand in the list so that numbers are places; nobody looks inside.
        let terminal = |node| Branch {
            level: BOTTOM,
            low: node,
            high: node,
        };
        Self {
            branches: vec![terminal(Node::FALSE), terminal(Node::TRUE)],
            known: FxHashMap::default(),
            results: FxHashMap::default(),
            limits,
            node_limit: limits.nodes.min(MOST_NODES),
            steps_left: limits.steps,
        }
    }

    /// Begins a question with a fresh budget; the mark is for [`Diagrams::roll_back`].
    pub fn begin(&mut self) -> usize {
        self.node_limit = self
            .branches
            .len()
            .saturating_add(self.limits.nodes)
            .min(self.limits.total)
            .min(MOST_NODES);
        self.steps_left = self.limits.steps;
        // Results are only remembered to save time.
        if self.results.len() > self.limits.total {
            self.results.clear();
        }
        self.branches.len()
    }

    /// Forgets every node since the mark.
    pub fn roll_back(&mut self, mark: usize) {
        if self.branches.len() == mark {
            return;
        }
        for branch in self.branches.drain(mark..) {
            self.known.remove(&branch);
        }
        self.results.clear();
    }

    /// Whether a node was there at the mark.
    pub fn is_older(node: Node, mark: usize) -> bool {
        (node.0 as usize) < mark
    }

    /// How many nodes there are, with the two terminals.
    pub fn len(&self) -> usize {
        self.branches.len()
    }

    /// What a node says. That of a terminal is below all levels.
    pub fn branch(&self, node: Node) -> Branch {
        self.branches[node.0 as usize]
    }

    /// The node that says this, made if there is none.
    pub fn node(&mut self, level: u32, low: Node, high: Node) -> Result<Node, Exhausted> {
        if low == high {
            return Ok(low);
        }
        let branch = Branch { level, low, high };
        if let Some(node) = self.known.get(&branch) {
            return Ok(*node);
        }
        if self.branches.len() >= self.node_limit {
            return Err(Exhausted);
        }
        let node = Node(u32::try_from(self.branches.len()).map_err(|_| Exhausted)?);
        self.branches.push(branch);
        self.known.insert(branch, node);
        Ok(node)
    }

    /// The variable at a level, or its negation.
    pub fn literal(&mut self, level: u32, holds: bool) -> Result<Node, Exhausted> {
        self.node(level, Node::constant(!holds), Node::constant(holds))
    }

    /// Everything but this.
    pub fn not(&mut self, node: Node) -> Result<Node, Exhausted> {
        self.apply(Operation::Minus, Node::TRUE, node)
    }

    /// Where two nodes differ.
    pub fn differ(&mut self, a: Node, b: Node) -> Result<Node, Exhausted> {
        let more = self.apply(Operation::Minus, a, b)?;
        let less = self.apply(Operation::Minus, b, a)?;
        self.apply(Operation::Or, more, less)
    }

    /// All of these ([`Operation::And`]) or any of these ([`Operation::Or`]): the lowest first, so
    /// that a row of variables takes as many steps as it is long.
    pub fn fold(&mut self, operation: Operation, mut nodes: Vec<Node>) -> Result<Node, Exhausted> {
        nodes.sort_by_key(|node| std::cmp::Reverse(self.branch(*node).level));
        let neutral = Node::constant(operation == Operation::And);
        nodes
            .into_iter()
            .try_fold(neutral, |all, node| self.apply(operation, node, all))
    }

    /// An operation of two functions.
    pub fn apply(&mut self, operation: Operation, a: Node, b: Node) -> Result<Node, Exhausted> {
        // The answer is known more often than not.
        if let Some(result) = self.result(operation, a, b) {
            return Ok(result);
        }
        let mut tasks = vec![Task::Visit(a, b)];
        let mut done: Vec<Node> = Vec::new();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Visit(a, b) => {
                    if let Some(result) = self.result(operation, a, b) {
                        done.push(result);
                        continue;
                    }
                    self.step()?;
                    let (level, [low, high]) = self.below(a, b);
                    tasks.push(Task::Build(level, a, b));
                    tasks.push(Task::Visit(high.0, high.1));
                    tasks.push(Task::Visit(low.0, low.1));
                }
                Task::Build(level, a, b) => {
                    let (Some(high), Some(low)) = (done.pop(), done.pop()) else {
                        return Err(Exhausted);
                    };
                    let node = self.node(level, low, high)?;
                    self.results.insert(key(operation, a, b), node);
                    done.push(node);
                }
            }
        }
        done.pop().ok_or(Exhausted)
    }

    fn result(&self, operation: Operation, a: Node, b: Node) -> Option<Node> {
        operation
            .terminal(a, b)
            .or_else(|| self.results.get(&key(operation, a, b)).copied())
    }

    /// The higher level of two nodes, and what each says where its variable does not hold and where
    /// it does.
    fn below(&self, a: Node, b: Node) -> (u32, [(Node, Node); 2]) {
        let (left, right) = (self.branch(a), self.branch(b));
        let level = left.level.min(right.level);
        let part = |node, branch: Branch| {
            if branch.level == level {
                (branch.low, branch.high)
            } else {
                (node, node)
            }
        };
        let (left, right) = (part(a, left), part(b, right));
        (level, [(left.0, right.0), (left.1, right.1)])
    }

    /// Takes a step of the budget.
    pub fn step(&mut self) -> Result<(), Exhausted> {
        self.steps_left = self.steps_left.checked_sub(1).ok_or(Exhausted)?;
        Ok(())
    }

    /// Whether an operation leaves anything, found without making a node.
    pub fn is_possible(
        &mut self,
        operation: Operation,
        a: Node,
        b: Node,
    ) -> Result<bool, Exhausted> {
        let mut open = vec![(a, b)];
        let mut seen = FxHashSet::default();
        while let Some((a, b)) = open.pop() {
            match self.result(operation, a, b) {
                Some(Node::FALSE) => continue,
                Some(_) => return Ok(true),
                None => {}
            }
            if !seen.insert(key(operation, a, b)) {
                continue;
            }
            self.step()?;
            let (_, below) = self.below(a, b);
            open.extend(below);
        }
        Ok(false)
    }

    /// The nodes that a node leads to, itself among them and without the terminals: each behind
    /// those it leads to.
    pub fn reachable(&self, root: Node) -> Vec<Node> {
        let mut found = FxHashSet::default();
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if !node.is_terminal() && found.insert(node) {
                let branch = self.branch(node);
                open.extend([branch.low, branch.high]);
            }
        }
        let mut nodes: Vec<Node> = found.into_iter().collect();
        // A node is younger than what it leads to.
        nodes.sort_unstable();
        nodes
    }
}

/// An operation and two nodes in one number, which is hashed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u64);

fn key(operation: Operation, a: Node, b: Node) -> Key {
    let (a, b) = if operation.commutes() && b < a {
        (b, a)
    } else {
        (a, b)
    };
    Key((operation as u64) << 62 | u64::from(a.0) << 31 | u64::from(b.0))
}
