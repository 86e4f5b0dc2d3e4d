//! Files of nodes.

use super::changes::NodeChoice;
use super::file_turn::abandoned;
use super::inside::{InsideAudit, engine_error, event, may, short_path};
use crate::service::Environments;
use crate::uploads::Received;
use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field::{self, Field};
use keyrack_core::waiting;
use keyrack_engine::{FileDone, FileEntry, FileWork, NodePath, Pattern};
use keyrack_types::ids::NodeId;

/// Whose files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLocation {
    pub environment: String,
    pub choice: NodeChoice,
    /// Of the chosen nodes only the first of each layer.
    pub masters_only: bool,
}

/// Where the content of a file comes from.
#[derive(Clone, Copy)]
pub enum FileSource<'a> {
    /// An upload, by its address.
    Address(&'a str),
    /// It came with the call.
    Received(&'a Received),
}

impl Environments {
    /// The content of a file of the first chosen node. Files may hold secrets, so that it takes more than looking.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a node or file that is not there, [`Error::Invalid`] for what is
    /// no file, [`Error::Limit`] for one that is too large.
    pub async fn read_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        path: &str,
    ) -> Result<String> {
        may(caller)?;
        let path = present_path(field::Environment::Path, path)?;
        let shown = short_path(&path.to_string());
        let environment = self.get(caller, &location.environment).await?;
        match self.look_at_files(caller, location, FileWork::Read(path)).await? {
            FileDone::Text(text) => {
                let read = Event::by(caller, client, "file.read", format!("environment:{}", environment.name));
                self.note_read(read.with("path", shown));
                Ok(text)
            }
            other => Err(unexpected(&other)),
        }
    }

    /// What is in a folder of the first chosen node.
    ///
    /// # Errors
    /// As [`Environments::read_file`].
    pub async fn list_files(&self, caller: &Caller, location: &FileLocation, path: &str) -> Result<Vec<FileEntry>> {
        caller.require(Right::See)?;
        let work = FileWork::List(present_path(field::Environment::Path, path)?);
        match self.look_at_files(caller, location, work).await? {
            FileDone::Entries(entries) => Ok(entries),
            other => Err(unexpected(&other)),
        }
    }

    /// Writes a file on all chosen nodes, or adds to its end; folders on the way are made.
    ///
    /// # Errors
    /// As [`Environments::read_file`].
    pub async fn write_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        path: &str,
        body: &str,
        append: bool,
    ) -> Result<Vec<NodeId>> {
        let work = FileWork::Write { path: node_path(field::Environment::Path, path)?, body: body.to_owned(), append };
        let kind = if append { "file.append" } else { "file.write" };
        self.change_files(caller, client, location, kind, &[("path", path)], work).await.map(nodes)
    }

    /// Makes an empty file or a folder.
    ///
    /// # Errors
    /// As [`Environments::read_file`]; [`Error::Exists`].
    pub async fn create_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        path: &str,
        folder: bool,
    ) -> Result<Vec<NodeId>> {
        let work = FileWork::Create { path: node_path(field::Environment::Path, path)?, folder };
        self.change_files(caller, client, location, "file.create", &[("path", path)], work).await.map(nodes)
    }

    /// Removes a file, or a folder with all in it.
    ///
    /// # Errors
    /// As [`Environments::read_file`].
    pub async fn delete_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        path: &str,
    ) -> Result<Vec<NodeId>> {
        let work = FileWork::Delete(present_path(field::Environment::Path, path)?);
        self.change_files(caller, client, location, "file.delete", &[("path", path)], work).await.map(nodes)
    }

    /// Copies a file or a folder within each chosen node.
    ///
    /// # Errors
    /// As [`Environments::read_file`].
    pub async fn copy_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        from: &str,
        to: &str,
    ) -> Result<Vec<NodeId>> {
        let work = FileWork::Copy {
            from: node_path(field::Environment::From, from)?,
            to: node_path(field::Environment::To, to)?,
        };
        self.change_files(caller, client, location, "file.copy", &[("src", from), ("dest", to)], work).await.map(nodes)
    }

    /// Moves a file or a folder within each chosen node.
    ///
    /// # Errors
    /// As [`Environments::read_file`]; [`Error::Exists`] when the new name is taken.
    pub async fn rename_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        from: &str,
        to: &str,
    ) -> Result<Vec<NodeId>> {
        let work = FileWork::Rename {
            from: present_path(field::Environment::From, from)?,
            to: node_path(field::Environment::To, to)?,
        };
        let paths = [("oldPath", from), ("newPath", to)];
        self.change_files(caller, client, location, "file.rename", &paths, work).await.map(nodes)
    }

    /// Replaces what matches a pattern: all matches, or the one with the number `nth`, counted from 1. Answers how many
    /// were replaced in all.
    ///
    /// # Errors
    /// As [`Environments::read_file`]; [`Error::Invalid`] for a pattern that is none.
    #[expect(clippy::too_many_arguments, reason = "what the call has")]
    pub async fn replace_in_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        path: &str,
        pattern: &str,
        replacement: &str,
        nth: Option<usize>,
    ) -> Result<usize> {
        let (written, replacement) = (pattern.to_owned(), group_references(replacement));
        let at = node_path(field::Environment::Path, path)?;
        // It takes a core for a while, and so a turn.
        let prepare = async {
            let read = tokio::task::spawn_blocking(move || Pattern::parse(&written)).await.map_err(Error::internal)?;
            let pattern = read.map_err(|why| Error::invalid(field::Environment::Pattern, why))?;
            Ok(FileWork::Replace { path: at, pattern, replacement, nth })
        };
        let done = self.change_files_once(caller, client, location, "file.replace", &[("path", path)], prepare).await?;
        let counts = done.iter().map(|(_, done)| match done {
            FileDone::Replaced(count) => *count,
            _ => 0,
        });
        Ok(counts.sum())
    }

    /// Unpacks an archive that lies on the chosen nodes into a folder there.
    ///
    /// # Errors
    /// As [`Environments::read_file`]; [`Error::Invalid`] for what is no zip or tar.gz, or a damaged one.
    pub async fn unpack_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        archive: &str,
        folder: &str,
    ) -> Result<Vec<NodeId>> {
        let work = FileWork::Unpack {
            archive: node_path(field::Environment::From, archive)?,
            folder: node_path(field::Environment::To, folder)?,
        };
        let paths = [("sourcePath", archive), ("destPath", folder)];
        self.change_files(caller, client, location, "file.unpack", &paths, work).await.map(nodes)
    }

    async fn look_at_files(&self, caller: &Caller, location: &FileLocation, work: FileWork) -> Result<FileDone> {
        let slot = self.slot_of(caller, &location.environment).await?;
        let inside = self.inside(caller, &slot, &location.environment, &location.choice).await?;
        let _turn = self.file_turn(caller, &inside, Right::See).await?;
        let first = inside.nodes.first().ok_or_else(|| Error::internal("nodes were chosen, but there is none"))?;
        inside.work_on_files(first, work).await.map_err(engine_error(field::Environment::Path))
    }

    /// Copies a file that was sent to the server into the chosen nodes. What lies there is replaced only when that is asked
    /// for.
    ///
    /// # Errors
    /// As [`Environments::read_file`]; [`Error::Exists`]; [`Error::NotFound`] for an upload that is not there;
    /// [`Error::FileAway`].
    pub async fn upload_file(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        source: FileSource<'_>,
        path: &str,
        overwrite: bool,
    ) -> Result<Vec<NodeId>> {
        may(caller)?;
        self.get_local(caller, &location.environment).await?;
        let written = path;
        let mut to = node_path(field::Environment::To, path)?;
        let fetched;
        let (name, file) = match source {
            FileSource::Address(address) => {
                let upload = self.uploads.at(caller, address).await?;
                fetched = self.uploads.file_of(caller, &upload).await?;
                (upload.name, fetched.path())
            }
            FileSource::Received(received) => (received.name().to_owned(), received.path()),
        };
        // As with `cp`: a path that ends as a folder's does is one.
        if to.is_root() || written.ends_with('/') {
            to = to.join(&node_path(field::Upload::Name, &name)?);
            if to.is_too_deep() {
                to = node_path(field::Environment::To, &to.to_string())?;
            }
        }
        let shown = to.to_string();
        let work = FileWork::Place { file: file.to_owned(), to, overwrite };
        self.change_files(caller, client, location, "file.upload", &[("destPath", &shown)], work).await.map(nodes)
    }

    /// Does the same on all chosen nodes, one after another; it ends with the first that cannot.
    async fn change_files(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        kind: &'static str,
        paths: &[(&'static str, &str)],
        work: FileWork,
    ) -> Result<Vec<(NodeId, FileDone)>> {
        self.change_files_once(caller, client, location, kind, paths, std::future::ready(Ok(work))).await
    }

    /// As [`Environments::change_files`]; what is to be done is made ready when it has its turn.
    async fn change_files_once(
        &self,
        caller: &Caller,
        client: &Client,
        location: &FileLocation,
        kind: &'static str,
        paths: &[(&'static str, &str)],
        prepare: impl Future<Output = Result<FileWork>>,
    ) -> Result<Vec<(NodeId, FileDone)>> {
        may(caller)?;
        let slot = self.slot_of(caller, &location.environment).await?;
        let mut inside = self.inside(caller, &slot, &location.environment, &location.choice).await?;
        inside.nodes.retain(|node| node.master || !location.masters_only);
        let _turn = self.file_turn(caller, &inside, Right::Operate).await?;
        let mut event = event(caller, client, kind, &inside);
        for (name, path) in paths {
            event = event.with(name, short_path(path));
        }
        let work = prepare.await?;
        let field = field_of(&work);
        // Only a search takes long before it has changed anything.
        let searches = matches!(work, FileWork::Replace { .. });
        let mut audit = InsideAudit::new(self, event);
        let mut done = Vec::new();
        for node in &inside.nodes {
            let working = inside.work_on_files(node, work.clone());
            let worked = tokio::select! {
                worked = working => audit.of(worked).await?,
                () = waiting::gone(), if searches => return Err(abandoned()),
            };
            done.push((node.id, worked.map_err(engine_error(field))?));
        }
        Ok(done)
    }
}

/// Reads a path that was given for this field.
pub(super) fn node_path(field: impl Into<Field>, text: &str) -> Result<NodePath> {
    NodePath::parse(text).map_err(|why| Error::invalid(field, why))
}

/// As [`node_path`], for what is there already, and may lie deeper than what is made now.
pub(super) fn present_path(field: impl Into<Field>, text: &str) -> Result<NodePath> {
    NodePath::of_any_depth(text).map_err(|why| Error::invalid(field, why))
}

/// What spoke of the file that this work is about.
fn field_of(work: &FileWork) -> field::Environment {
    match work {
        FileWork::Copy { .. } | FileWork::Rename { .. } | FileWork::Unpack { .. } => field::Environment::From,
        FileWork::Place { .. } => field::Environment::To,
        _ => field::Environment::Path,
    }
}

/// The replacement as the pattern's engine writes it. Clients write `$1` before a letter too, `\\$` for a dollar sign, and
/// one that refers to nothing for itself.
fn group_references(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek().copied()) {
            ('\\', Some('$')) => {
                rest.next();
                written.push_str("$$");
            }
            ('\\', Some('\\')) => {
                rest.next();
                written.push('\\');
            }
            ('$', Some(digit @ '0'..='9')) => {
                rest.next();
                written.push_str(&format!("${{{digit}}}"));
            }
            ('$', Some('{')) => written.push('$'),
            ('$', _) => written.push_str("$$"),
            (c, _) => written.push(c),
        }
    }
    written
}

fn nodes(done: Vec<(NodeId, FileDone)>) -> Vec<NodeId> {
    done.into_iter().map(|(node, _)| node).collect()
}

fn unexpected(done: &FileDone) -> Error {
    Error::internal(format!("the engine answered {done:?}"))
}

#[cfg(test)]
mod tests {
    use super::group_references;

    #[test]
    fn a_dollar_sign_refers_to_a_group_or_is_itself() {
        for (written, read) in
            [("$1hree", "${1}hree"), (r"\$1", "$$1"), ("5 $", "5 $$"), ("${name}", "${name}"), (r"a\\b\n", r"a\b\n")]
        {
            assert_eq!(group_references(written), read);
        }
    }
}
