//! Work on the files of a node.

use std::path::PathBuf;

use super::pattern::Pattern;
use chrono::{DateTime, Utc};
use keyrack_types::node_path::NodePath;

/// The largest file that can be read or changed in place, in bytes.
pub const LARGEST_TEXT: u64 = 4 * 1024 * 1024;

/// Something to be done with the files of one node.
#[derive(Clone, Debug)]
pub enum FileWork {
    Read(NodePath),
    /// Writes a file; folders on the way are made.
    Write {
        path: NodePath,
        body: String,
        append: bool,
    },
    /// Makes an empty file or a folder, with the folders on the way.
    Create {
        path: NodePath,
        folder: bool,
    },
    /// Removes a file, or a folder with all in it.
    Delete(NodePath),
    /// Copies a file or a folder with all in it; into `to` when that is a folder.
    Copy {
        from: NodePath,
        to: NodePath,
    },
    Rename {
        from: NodePath,
        to: NodePath,
    },
    List(NodePath),
    /// Replaces matches in a file: all, or only the one with this number, counted from 1.
    Replace {
        path: NodePath,
        pattern: Pattern,
        replacement: String,
        nth: Option<usize>,
    },
    /// Unpacks a zip, tar or tar.gz into a folder, which is made.
    Unpack {
        archive: NodePath,
        folder: NodePath,
    },
    /// Copies a file of the server into the node; what is in its place goes when that is asked for.
    Place {
        file: PathBuf,
        to: NodePath,
        overwrite: bool,
    },
    /// Puts another content of a folder together beside it; nothing changes yet.
    Stage {
        folder: NodePath,
        content: Content,
        /// What stays of the present content, by the names of folders directly in it.
        keep: Vec<String>,
    },
    /// Exchanges the folder's content for the staged one, all at once: whoever looks sees the one or the other.
    Exchange(NodePath),
    /// Gives up what is staged.
    Unstage,
}

/// What a folder is to hold.
#[derive(Clone, Debug)]
pub enum Content {
    Nothing,
    /// What is in an archive of the server: a zip, tar or tar.gz.
    Archive {
        file: PathBuf,
        /// What the archive is called in error texts.
        name: String,
    },
    /// What is in another folder of the node, without some folders directly in it.
    Folder {
        folder: NodePath,
        without: Vec<String>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileDone {
    Done,
    /// Bytes that are no UTF-8 are replaced.
    Text(String),
    /// Sorted by name, folders first.
    Entries(Vec<FileEntry>),
    /// How many matches were replaced.
    Replaced(usize),
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    pub path: NodePath,
    pub kind: FileKind,
    /// Size in bytes.
    pub size: u64,
    pub modified: DateTime<Utc>,
    /// Permission bits.
    pub mode: u32,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    Folder,
    File,
    Link,
    /// A socket, a pipe.
    Other,
}
