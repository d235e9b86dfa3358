//! A reference model of a file system: the least that behaves as the VFS has to, over plain collections.

use crate::errno::{EEXIST, EINVAL, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR, ENOTEMPTY};
use std::collections::BTreeMap;

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    File(Vec<u8>),
    Directory(BTreeMap<String, usize>),
}

/// A tree of files and directories with hard links. Nodes are never given back; a test is short.
#[derive(Debug, Clone)]
pub struct Model {
    nodes: Vec<Node>,
    name_length: usize,
}

/// What an operation returns: 0, or a negative error number.
pub type Outcome = i64;

const ROOT: usize = 0;

impl Model {
    /// An empty root directory; names may have `name_length` characters.
    #[must_use]
    pub fn new(name_length: usize) -> Self {
        Self {
            nodes: vec![Node::Directory(BTreeMap::new())],
            name_length,
        }
    }

    fn entries(&self, node: usize) -> Option<&BTreeMap<String, usize>> {
        match &self.nodes[node] {
            Node::Directory(entries) => Some(entries),
            Node::File(_) => None,
        }
    }

    fn entries_mut(&mut self, node: usize) -> &mut BTreeMap<String, usize> {
        match &mut self.nodes[node] {
            Node::Directory(entries) => entries,
            Node::File(_) => unreachable!("checked before"),
        }
    }

    fn is_directory(&self, node: usize) -> bool {
        self.entries(node).is_some()
    }

    fn step(&self, node: usize, name: &str) -> Result<usize, Outcome> {
        let entries = self.entries(node).ok_or(-ENOTDIR)?;
        if name.len() > self.name_length {
            return Err(-ENAMETOOLONG);
        }
        entries.get(name).copied().ok_or(-ENOENT)
    }

    fn find(&self, path: &str) -> Result<usize, Outcome> {
        path.split('/')
            .filter(|name| !name.is_empty())
            .try_fold(ROOT, |node, name| self.step(node, name))
    }

    /// The directory of `path` and the last name.
    fn parent<'a>(&self, path: &'a str) -> Result<(usize, &'a str), Outcome> {
        let (parent, name) = path.rsplit_once('/').ok_or(-EINVAL)?;
        let parent = self.find(parent)?;
        if self.is_directory(parent) {
            Ok((parent, name))
        } else {
            Err(-ENOTDIR)
        }
    }

    fn add(&mut self, path: &str, node: Node) -> Result<usize, Outcome> {
        let (parent, name) = self.parent(path)?;
        match self.step(parent, name) {
            Ok(_) => Err(-EEXIST),
            Err(error) if error != -ENOENT => Err(error),
            Err(_) => {
                self.nodes.push(node);
                let number = self.nodes.len() - 1;
                self.entries_mut(parent).insert(name.to_string(), number);
                Ok(number)
            }
        }
    }

    fn outcome<T>(result: Result<T, Outcome>) -> Outcome {
        result.map_or_else(|error| error, |_| 0)
    }

    /// Makes a directory.
    pub fn mkdir(&mut self, path: &str) -> Outcome {
        Self::outcome(self.add(path, Node::Directory(BTreeMap::new())))
    }

    /// Writes into a file, which is made if missing.
    pub fn write(&mut self, path: &str, offset: usize, data: &[u8]) -> Outcome {
        let node = match self.find(path) {
            Err(error) if error == -ENOENT => self.add(path, Node::File(Vec::new())),
            found => found,
        };
        Self::outcome(node.and_then(|node| match &mut self.nodes[node] {
            Node::Directory(_) => Err(-EISDIR),
            Node::File(content) => {
                if !data.is_empty() {
                    content.resize(content.len().max(offset + data.len()), 0);
                    content[offset..offset + data.len()].copy_from_slice(data);
                }
                Ok(())
            }
        }))
    }

    /// Sets the size of an existing file.
    pub fn truncate(&mut self, path: &str, size: usize) -> Outcome {
        Self::outcome(self.find(path).and_then(|node| match &mut self.nodes[node] {
            Node::Directory(_) => Err(-EISDIR),
            Node::File(content) => {
                content.resize(size, 0);
                Ok(())
            }
        }))
    }

    fn take(&mut self, path: &str, check: impl Fn(&Self, usize) -> Outcome) -> Outcome {
        Self::outcome(self.parent(path).and_then(|(parent, name)| {
            let node = self.step(parent, name)?;
            match check(self, node) {
                0 => Ok(self.entries_mut(parent).remove(name)),
                error => Err(error),
            }
        }))
    }

    /// Removes a file's name.
    pub fn rm(&mut self, path: &str) -> Outcome {
        self.take(
            path,
            |model, node| if model.is_directory(node) { -EISDIR } else { 0 },
        )
    }

    /// Removes an empty directory.
    pub fn rmdir(&mut self, path: &str) -> Outcome {
        self.take(path, |model, node| match model.entries(node) {
            None => -ENOTDIR,
            Some(entries) if !entries.is_empty() => -ENOTEMPTY,
            Some(_) => 0,
        })
    }

    /// Gives a file another name.
    pub fn link(&mut self, old_path: &str, new_path: &str) -> Outcome {
        Self::outcome(self.find(old_path).and_then(|node| {
            if self.is_directory(node) {
                return Err(-crate::errno::EPERM);
            }
            if self.find(new_path).is_ok() {
                return Err(-EEXIST);
            }
            let (parent, name) = self.parent(new_path)?;
            if name.len() > self.name_length {
                return Err(-ENAMETOOLONG);
            }
            self.entries_mut(parent).insert(name.to_string(), node);
            Ok(())
        }))
    }

    /// Moves a name, replacing what has the new one.
    pub fn rename(&mut self, old_path: &str, new_path: &str) -> Outcome {
        Self::outcome(self.try_rename(old_path, new_path))
    }

    fn try_rename(&mut self, old_path: &str, new_path: &str) -> Result<(), Outcome> {
        let (old_parent, old_name) = self.parent(old_path)?;
        let source = self.step(old_parent, old_name)?;
        let (new_parent, new_name) = self.parent(new_path)?;
        if self.contains(source, new_parent) {
            return Err(-EINVAL);
        }
        match self.step(new_parent, new_name) {
            Ok(target) if target == source => return Ok(()),
            Ok(target) => match (self.is_directory(source), self.entries(target)) {
                (true, None) => return Err(-ENOTDIR),
                (false, Some(_)) => return Err(-EISDIR),
                (true, Some(entries)) if !entries.is_empty() => return Err(-ENOTEMPTY),
                _ => {}
            },
            Err(error) if error != -ENOENT => return Err(error),
            Err(_) => {}
        }
        self.entries_mut(old_parent).remove(old_name);
        self.entries_mut(new_parent).insert(new_name.to_string(), source);
        Ok(())
    }

    fn contains(&self, top: usize, node: usize) -> bool {
        top == node
            || self
                .entries(top)
                .is_some_and(|entries| entries.values().any(|&child| self.contains(child, node)))
    }

    /// All files with their content and all directories (without), by path.
    #[must_use]
    pub fn tree(&self) -> BTreeMap<String, Option<Vec<u8>>> {
        let mut result = BTreeMap::new();
        self.collect(ROOT, "", &mut result);
        result
    }

    fn collect(&self, node: usize, path: &str, result: &mut BTreeMap<String, Option<Vec<u8>>>) {
        match &self.nodes[node] {
            Node::File(content) => {
                result.insert(path.to_string(), Some(content.clone()));
            }
            Node::Directory(entries) => {
                result.insert(path.to_string(), None);
                for (name, &child) in entries {
                    self.collect(child, &format!("{path}/{name}"), result);
                }
            }
        }
    }
}
