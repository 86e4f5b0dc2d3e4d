//! A place in a node's folder.

use std::fmt;

use crate::bounds::nesting;

/// The longest path and the longest part of one, in bytes, as Linux has them.
const LONGEST: usize = 4095;
const LONGEST_PART: usize = 255;

/// The way from a node's folder to something in it: no part is empty, `.` or `..`, so written out it cannot lead out.
/// (What lies there may still be a link; the engine refuses those that lead out.)
///
/// It is one text, its parts joined by `/`: a list of ten thousand files holds as many of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodePath(String);

impl NodePath {
    /// Reads a path as clients write it. The node's folder is its root: `/www/index.html` and `www/index.html` are one.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<NodePath, String> {
        let path = NodePath::of_any_depth(text)?;
        if path.is_too_deep() {
            return Err(format!("the path has {} names; it can have at most {}", path.depth(), nesting::PATH));
        }
        Ok(path)
    }

    /// As [`NodePath::parse`], for what may be there already and lie deeper than what can be made now.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn of_any_depth(text: &str) -> Result<NodePath, String> {
        NodePath::read(text).map_err(str::to_owned)
    }

    fn read(text: &str) -> Result<NodePath, &'static str> {
        if text.len() > LONGEST {
            return Err("the path is longer than 4095 bytes");
        }
        if text.contains('\0') {
            return Err("the path holds a NUL character");
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => return Err("the path leads out of the node's folder"),
                ".." => {}
                part if part.len() > LONGEST_PART => return Err("a name in the path is longer than 255 bytes"),
                part => parts.push(part),
            }
        }
        Ok(NodePath(parts.join("/")))
    }

    /// How many names it has.
    fn depth(&self) -> usize {
        if self.is_root() { 0 } else { 1 + self.0.bytes().filter(|byte| *byte == b'/').count() }
    }

    /// Whether it is deeper than anything that is made here.
    pub fn is_too_deep(&self) -> bool {
        self.depth() > nesting::PATH
    }

    /// Whether it is the folder itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The last name; none for the folder itself.
    pub fn name(&self) -> Option<&str> {
        self.0.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// What it lies in; for the folder itself, that.
    #[must_use]
    pub fn parent(&self) -> NodePath {
        NodePath(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned())
    }

    /// A path further in.
    #[must_use]
    pub fn join(&self, other: &NodePath) -> NodePath {
        match (self.is_root(), other.is_root()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => NodePath(format!("{}/{}", self.0, other.0)),
        }
    }

    /// The way to it from a folder that it lies in; none when it does not.
    pub fn below(&self, folder: &NodePath) -> Option<NodePath> {
        if folder.is_root() {
            return Some(self.clone());
        }
        let rest = self.0.strip_prefix(&folder.0)?;
        if rest.is_empty() { Some(NodePath(String::new())) } else { Some(NodePath(rest.strip_prefix('/')?.to_owned())) }
    }

    /// Whether the other one lies in it, or is it.
    pub fn holds(&self, other: &NodePath) -> bool {
        other.below(self).is_some()
    }

    /// Relative to the node's folder, for the operating system.
    pub fn relative(&self) -> &str {
        if self.is_root() { "." } else { &self.0 }
    }
}

/// As clients see it: from the root.
impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::NodePath;

    #[test]
    fn a_path_stays_in_the_folder_however_it_is_written() {
        for (text, shown) in [
            ("www/index.html", "/www/index.html"),
            ("//www/./a/../index.html/", "/www/index.html"),
            ("", "/"),
            ("/", "/"),
            ("a/..", "/"),
            ("/etc/passwd", "/etc/passwd"),
            ("..a/b..", "/..a/b.."),
        ] {
            assert_eq!(NodePath::parse(text).unwrap().to_string(), shown);
        }
        for text in
            ["..", "/..", "a/../..", "a/../../b", "../../etc/passwd", "a\0b", &"a".repeat(256), &"a/".repeat(3000)]
        {
            assert!(NodePath::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn paths_are_taken_apart_at_their_names() {
        let path = |text: &str| NodePath::parse(text).unwrap();
        let (root, a, ab, abc) = (path("/"), path("a"), path("a/b"), path("ab/c"));
        assert_eq!((root.name(), a.name(), ab.name()), (None, Some("a"), Some("b")));
        assert_eq!((root.parent(), a.parent(), ab.parent()), (root.clone(), root.clone(), a.clone()));
        assert_eq!((root.join(&a), a.join(&root), a.join(&path("b"))), (a.clone(), a.clone(), ab.clone()));
        assert_eq!(
            (ab.below(&a), ab.below(&root), a.below(&a)),
            (Some(path("b")), Some(ab.clone()), Some(root.clone()))
        );
        assert_eq!((abc.below(&a), a.below(&ab)), (None, None));
        assert!(root.holds(&abc) && a.holds(&ab) && !a.holds(&abc) && !ab.holds(&a));
        assert_eq!((root.relative(), ab.relative()), (".", "a/b"));
    }

    #[test]
    fn what_is_made_has_a_depth_and_what_is_there_may_have_another() {
        let deep = "d/".repeat(65);
        assert_eq!(NodePath::parse(&deep).unwrap_err(), "the path has 65 names; it can have at most 64");
        assert!(NodePath::parse(&"d/".repeat(64)).is_ok());
        assert!(NodePath::parse(&"d/../".repeat(500)).unwrap().is_root());
        assert_eq!(NodePath::of_any_depth(&deep).unwrap().depth(), 65);
    }
}
