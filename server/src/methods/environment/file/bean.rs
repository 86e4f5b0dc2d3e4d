//! Files as JSON.

use keyrack_domain::engine::{FileEntry, FileKind};
use keyrack_domain::ids::NodeId;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::deployment::NodeDone;

/// Something in a folder.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedFile {
    /// Whether it is a folder.
    isdir: bool,
    /// Whether it is a symbolic link.
    islink: bool,
    last_modified: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"index.html")]
    name: Option<String>,
    /// From the folder of the node on.
    #[schemars(example = &"/www/index.html")]
    path: String,
    #[schemars(example = &"rw-r--r--")]
    permissions: String,
    /// In bytes.
    #[schemars(example = 120)]
    size: u64,
}

impl From<FileEntry> for ListedFile {
    fn from(entry: FileEntry) -> ListedFile {
        ListedFile {
            isdir: entry.kind == FileKind::Folder,
            islink: entry.kind == FileKind::Link,
            last_modified: Moment(entry.modified),
            name: entry.path.name().map(str::to_owned),
            path: entry.path.to_string(),
            permissions: permissions(entry.mode),
            size: entry.size,
        }
    }
}

/// `rwxr-x---`
fn permissions(mode: u32) -> String {
    (0..9).map(|at| if mode & (1 << (8 - at)) == 0 { '-' } else { ['r', 'w', 'x'][at % 3] }).collect()
}

/// Whether a name fits the filter; without a `*` it has to hold the text somewhere.
pub fn is_meant(entry: &FileEntry, filter: Option<&str>) -> bool {
    let Some(filter) = filter else { return true };
    let name = entry.path.name().unwrap_or_default();
    let Some((start, rest)) = filter.split_once('*') else { return name.contains(filter) };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let Some((middle, end)) = rest.rsplit_once('*') else { return left.ends_with(rest) };
    for part in middle.split('*') {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}

/// That it was done on these nodes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FileResponses")]
pub struct Responses {
    responses: Vec<NodeDone>,
}

impl Responses {
    pub fn of(nodes: Vec<NodeId>) -> Responses {
        Responses { responses: nodes.into_iter().map(NodeDone::from).collect() }
    }
}

#[cfg(test)]
mod tests {
    use keyrack_domain::engine::NodePath;

    use super::*;

    #[test]
    fn a_filter_is_a_part_of_the_name_or_a_pattern() {
        for (name, filter, meant) in [
            ("index.html", "dex", true),
            ("index.html", "*.html", true),
            ("index.html", "in*.ht*l", true),
            ("index.html", "*", true),
            ("index.html", "*x*", true),
            ("index.html", "*.php", false),
            ("index.html", "x*", false),
            ("aba", "ab*ba", false),
        ] {
            let path = NodePath::parse(name).unwrap();
            let entry = FileEntry { path, kind: FileKind::File, size: 0, modified: Default::default(), mode: 0o640 };
            assert_eq!(is_meant(&entry, Some(filter)), meant, "{name} {filter}");
        }
        assert_eq!(permissions(0o754), "rwxr-xr--");
    }
}
