//! Work on the files of containers. What can be is done through the archive API, which needs nothing in the image and no
//! running container, and for which every path stays within the container. Removing, moving and copying need `rm`, `mv` and `cp`
//! in the image, and that it runs: engines have no other way.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use bollard::query_parameters::{ContainerArchiveInfoOptions, DownloadFromContainerOptions, UploadToContainerOptions};
use bytes::Bytes;
use chrono::DateTime;
use futures::StreamExt;

use super::host::{Connection, Host, status};
use super::random::random_word;
use super::{blocking, exec, pack, run};
use crate::local::node_files;
use crate::{Content, EngineError, Exit, FileDone, FileEntry, FileKind, FileWork, LARGEST_TEXT, NodePath};

/// Where new content of a folder is put together, in the container.
const STAGING: &str = "/.keyrack-swap";

/// The most that is listed of one folder.
const LISTED: usize = 10_000;

/// The largest archive that is fetched from a container to be unpacked, in bytes.
const LARGEST_ARCHIVE: u64 = 1 << 30;

/// The most links that are followed one after another.
const LINKS: usize = 8;

/// The files of one container.
pub struct Files<'a> {
    pub host: &'a Host,
    pub at: &'a Connection,
    pub container: &'a str,
    pub running: bool,
    /// Where folders for work in between can be made.
    pub scratch: &'a Path,
}

/// What something in a container is.
struct Facts {
    path: String,
    kind: FileKind,
    size: u64,
}

impl Files<'_> {
    /// Does the work.
    ///
    /// # Errors
    /// As [`crate::Engine::work_on_files`].
    pub async fn work(&self, work: FileWork) -> Result<FileDone, EngineError> {
        match work {
            FileWork::Read(path) => {
                let (_, bytes) = self.read(&path, LARGEST_TEXT).await?;
                Ok(FileDone::Text(String::from_utf8_lossy(&bytes).into_owned()))
            }
            FileWork::Write { path, body, append } => self.write(&path, body.as_bytes(), append).await,
            FileWork::Create { path, folder } => self.create(&path, folder).await,
            FileWork::Delete(path) => self.delete(&path).await,
            FileWork::Copy { from, to } => self.copy(&from, &to).await,
            FileWork::Rename { from, to } => self.rename(&from, &to).await,
            FileWork::List(path) => self.list(&path).await,
            FileWork::Replace { ref path, .. } => {
                let path = path.clone();
                self.replace(&path, work).await
            }
            FileWork::Unpack { archive, folder } => self.unpack(&archive, &folder).await,
            FileWork::Place { file, to, overwrite } => self.place_file(&file, &to, overwrite).await,
            FileWork::Stage { folder, content, keep } => self.stage(&folder, content, &keep).await,
            FileWork::Exchange(folder) => self.exchange(&folder).await,
            FileWork::Unstage => self.tool(Some("0"), &["rm", "-rf", "--", STAGING]).await,
        }
    }

    /// What is there, without following a link at its end.
    async fn stat(&self, path: &str) -> Result<Option<(Facts, String)>, EngineError> {
        /// As Go writes kinds of files.
        const FOLDER: u32 = 1 << 31;
        const LINK: u32 = 1 << 27;
        const OTHERS: u32 = (1 << 26) | (1 << 25) | (1 << 24);
        let options = ContainerArchiveInfoOptions { path: path.to_owned() };
        let found = match self.at.docker.get_container_archive_info(self.container, Some(options)).await {
            Ok(found) => found,
            Err(error) if status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(self.host.failed(&error)),
        };
        let kind = match found.file_mode {
            mode if mode & FOLDER != 0 => FileKind::Folder,
            mode if mode & LINK != 0 => FileKind::Link,
            mode if mode & OTHERS != 0 => FileKind::Other,
            _ => FileKind::File,
        };
        let size = u64::try_from(found.size).unwrap_or(0);
        Ok(Some((Facts { path: path.to_owned(), kind, size }, found.link_target)))
    }

    /// What is there; links are followed, as the engine resolves them: within the container.
    async fn resolve(&self, path: &NodePath) -> Result<Option<Facts>, EngineError> {
        let mut at = absolute(path);
        for _ in 0..LINKS {
            match self.stat(&at).await? {
                Some((Facts { kind: FileKind::Link, .. }, target)) if target.starts_with('/') && target != at => {
                    at = target
                }
                Some((Facts { kind: FileKind::Link, .. }, _)) => break,
                found => return Ok(found.map(|(facts, _)| facts)),
            }
        }
        Err(EngineError::BadFile(format!("“{path}” is a link that leads nowhere")))
    }

    /// A file that is there, with where it really is.
    async fn read(&self, path: &NodePath, most: u64) -> Result<(pack::Entry, Vec<u8>), EngineError> {
        let facts = self.resolve(path).await?.ok_or_else(|| EngineError::NoFile(path.to_string()))?;
        match facts.kind {
            FileKind::File => {}
            FileKind::Folder => return Err(EngineError::BadFile(format!("“{path}” is a folder"))),
            _ => return Err(EngineError::BadFile(format!("“{path}” is not a file"))),
        }
        if facts.size > most {
            return Err(EngineError::TooLarge(format!("“{path}” is larger than {} MiB", most >> 20)));
        }
        let packed = self.download(&facts.path, most).await?;
        let mut archive = tar::Archive::new(&*packed);
        let damaged = |error: std::io::Error| EngineError::Failed(format!("“{path}”: {error}"));
        for entry in archive.entries().map_err(damaged)? {
            let mut entry = entry.map_err(damaged)?;
            if entry.header().entry_type().is_file() {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).map_err(damaged)?;
                let header = entry.header();
                let owner = (header.uid().unwrap_or(0), header.gid().unwrap_or(0));
                let name = facts.path.trim_start_matches('/').to_owned();
                return Ok((pack::Entry { name, mode: header.mode().unwrap_or(0o644) & 0o7777, owner }, bytes));
            }
        }
        Err(EngineError::BadFile(format!("“{path}” is not a file")))
    }

    /// What the engine packs of a path, up to so many bytes and what the packing adds.
    async fn download(&self, path: &str, most: u64) -> Result<Vec<u8>, EngineError> {
        const PACKING: u64 = 64 * 1024;
        let options = DownloadFromContainerOptions { path: path.to_owned() };
        let mut stream = Box::pin(self.at.docker.download_from_container(self.container, Some(options)));
        let mut bytes = Vec::new();
        while let Some(part) = stream.next().await {
            bytes.extend_from_slice(&part.map_err(|error| self.host.failed(&error))?);
            if bytes.len() as u64 > most + PACKING {
                return Err(EngineError::TooLarge(format!("“{path}” is larger than {} MiB", most >> 20)));
            }
        }
        Ok(bytes)
    }

    async fn upload(&self, packed: Vec<u8>) -> Result<FileDone, EngineError> {
        let options = UploadToContainerOptions { path: "/".to_owned(), ..UploadToContainerOptions::default() };
        let body = bollard::body_full(Bytes::from(packed));
        match self.at.docker.upload_to_container(self.container, Some(options), body).await {
            Ok(()) => Ok(FileDone::Done),
            Err(error) => Err(match self.host.failed(&error) {
                EngineError::Failed(why) if why.contains("no space left") => {
                    EngineError::TooLarge("no space is left on the container's machine".to_owned())
                }
                EngineError::Failed(why) if why.contains("not a directory") => EngineError::BadFile(why),
                other => other,
            }),
        }
    }

    /// Folders on the way to a path that are not there yet, the outermost first.
    async fn missing_folders(&self, path: &NodePath) -> Result<Vec<NodePath>, EngineError> {
        let mut missing = Vec::new();
        let mut at = path.clone();
        while !at.is_root() {
            match self.resolve(&at).await? {
                Some(Facts { kind: FileKind::Folder, .. }) => break,
                Some(_) => return Err(EngineError::BadFile(format!("“{at}” is not a folder"))),
                None => missing.push(at.clone()),
            }
            at = at.parent();
        }
        missing.reverse();
        Ok(missing)
    }

    /// User and group that the container runs as.
    async fn owner(&self) -> Result<(u64, u64), EngineError> {
        let found = run::inspect(self.host, self.at, self.container).await?;
        let user = found.and_then(|found| found.config).and_then(|config| config.user).unwrap_or_default();
        let (user, group) = user.split_once(':').map_or((&*user, None), |(user, group)| (user, Some(group)));
        if user.is_empty() {
            return Ok((0, 0));
        }
        if let Ok(id) = user.parse() {
            return Ok((id, group.and_then(|group| group.parse().ok()).unwrap_or(0)));
        }
        let users = NodePath::parse("etc/passwd").map_err(EngineError::Failed)?;
        let (_, text) = self.read(&users, LARGEST_TEXT).await?;
        let text = String::from_utf8_lossy(&text);
        let ids = text.lines().find_map(|line| {
            let mut parts = line.split(':');
            (parts.next()? == user).then_some(())?;
            Some((parts.nth(1)?.parse().ok()?, parts.next()?.parse().ok()?))
        });
        ids.ok_or_else(|| EngineError::Failed(format!("the container has no user “{user}”")))
    }

    /// A tar with the folders that are missing on the way, to which the rest is added.
    async fn begun(&self, folder: &NodePath) -> Result<(pack::Packer, (u64, u64)), EngineError> {
        let owner = self.owner().await?;
        let mut packer = pack::Packer::default();
        for missing in self.missing_folders(folder).await? {
            packer.folder(&pack::Entry { name: missing.relative().to_owned(), mode: 0o755, owner })?;
        }
        Ok((packer, owner))
    }

    async fn write(&self, path: &NodePath, body: &[u8], append: bool) -> Result<FileDone, EngineError> {
        must_not_be_root(path)?;
        let (mut packer, owner) = self.begun(&path.parent()).await?;
        let (entry, mut bytes) = match self.read(path, LARGEST_TEXT).await {
            Ok(there) => there,
            Err(EngineError::NoFile(_)) => {
                (pack::Entry { name: path.relative().to_owned(), mode: 0o644, owner }, Vec::new())
            }
            Err(EngineError::TooLarge(_)) if !append => {
                (pack::Entry { name: path.relative().to_owned(), mode: 0o644, owner }, Vec::new())
            }
            Err(error) => return Err(error),
        };
        if !append {
            bytes.clear();
        }
        bytes.extend_from_slice(body);
        packer.file(&entry, &bytes)?;
        self.upload(packer.finish()?).await
    }

    async fn create(&self, path: &NodePath, folder: bool) -> Result<FileDone, EngineError> {
        if path.is_root() || self.stat(&absolute(path)).await?.is_some() {
            return Err(EngineError::FileExists(path.to_string()));
        }
        let (mut packer, owner) = self.begun(&path.parent()).await?;
        let name = path.relative().to_owned();
        if folder {
            packer.folder(&pack::Entry { name, mode: 0o755, owner })?;
        } else {
            packer.file(&pack::Entry { name, mode: 0o644, owner }, &[])?;
        }
        self.upload(packer.finish()?).await
    }

    async fn must_be_there(&self, path: &NodePath) -> Result<Facts, EngineError> {
        let found = self.stat(&absolute(path)).await?;
        found.map(|(facts, _)| facts).ok_or_else(|| EngineError::NoFile(path.to_string()))
    }

    async fn delete(&self, path: &NodePath) -> Result<FileDone, EngineError> {
        must_not_be_root(path)?;
        self.must_be_there(path).await?;
        self.tool(None, &["rm", "-rf", "--", &absolute(path)]).await
    }

    async fn copy(&self, from: &NodePath, to: &NodePath) -> Result<FileDone, EngineError> {
        let facts = self.must_be_there(from).await?;
        if !matches!(facts.kind, FileKind::File | FileKind::Folder) {
            return Err(EngineError::BadFile(format!("“{from}” is not a file")));
        }
        let into = match (self.resolve(to).await?, from.name()) {
            (Some(Facts { kind: FileKind::Folder, .. }), Some(name)) => {
                to.join(&NodePath::of_any_depth(name).map_err(EngineError::BadFile)?)
            }
            _ => to.clone(),
        };
        if from.holds(&into) {
            return Err(EngineError::BadFile(format!("“{from}” cannot be copied into itself")));
        }
        self.make_folders(&into.parent()).await?;
        if facts.kind == FileKind::Folder {
            self.make_folders(&into).await?;
            return self.tool(None, &["cp", "-a", "--", &format!("{}/.", absolute(from)), &absolute(&into)]).await;
        }
        self.tool(None, &["cp", "-a", "--", &absolute(from), &absolute(&into)]).await
    }

    async fn make_folders(&self, folder: &NodePath) -> Result<(), EngineError> {
        let (packer, _) = self.begun(folder).await?;
        if packer.is_empty() { Ok(()) } else { self.upload(packer.finish()?).await.map(drop) }
    }

    async fn rename(&self, from: &NodePath, to: &NodePath) -> Result<FileDone, EngineError> {
        must_not_be_root(from)?;
        self.must_be_there(from).await?;
        if from.holds(to) {
            return Err(EngineError::BadFile(format!("“{from}” cannot be moved into itself")));
        }
        if self.stat(&absolute(to)).await?.is_some() {
            return Err(EngineError::FileExists(to.to_string()));
        }
        self.make_folders(&to.parent()).await?;
        self.tool(None, &["mv", "--", &absolute(from), &absolute(to)]).await
    }

    async fn list(&self, path: &NodePath) -> Result<FileDone, EngineError> {
        let facts = self.resolve(path).await?.ok_or_else(|| EngineError::NoFile(path.to_string()))?;
        if facts.kind != FileKind::Folder {
            return Err(EngineError::BadFile(format!("“{path}” is not a folder")));
        }
        let mut entries = if self.running {
            const SCRIPT: &str = "cd -- \"$1\" && for f in .* *; do stat -c '%f %s %Y %n' -- \"$f\" 2>/dev/null; done";
            let words = ["/bin/sh", "-c", SCRIPT, "list", &facts.path];
            let done = exec::simple(self.host, self.at, self.container, Some("0"), &words).await?;
            if done.out.is_empty() {
                return Err(EngineError::Failed(format!("“{path}” cannot be listed: {}", done.err.trim())));
            }
            done.out.lines().filter_map(|line| listed(path, line)).take(LISTED).collect()
        } else {
            let packed = self.download(&facts.path, LARGEST_ARCHIVE >> 2).await?;
            pack::entries(&packed, path, LISTED)?
        };
        entries.sort_by(|a: &FileEntry, b| {
            (a.kind != FileKind::Folder, &a.path).cmp(&(b.kind != FileKind::Folder, &b.path))
        });
        Ok(FileDone::Entries(entries))
    }

    /// A folder of the server for work in between; it goes with what is answered.
    fn scratch(&self) -> Result<Scratch, EngineError> {
        let folder = self.scratch.join(format!("scratch-{}", random_word()?));
        fs::create_dir_all(&folder)?;
        Ok(Scratch(folder))
    }

    /// Replaces in a copy, by the same rules as on every engine.
    async fn replace(&self, path: &NodePath, work: FileWork) -> Result<FileDone, EngineError> {
        let (entry, bytes) = self.read(path, LARGEST_TEXT).await?;
        let scratch = self.scratch()?;
        let copy = path.clone();
        let (done, changed) = blocking(move || {
            let file = scratch.0.join(copy.relative());
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&file, bytes)?;
            let done = node_files::work(&scratch.0, None, work, &AtomicBool::new(false))?;
            Ok((done, fs::read(&file)?))
        })
        .await?;
        if done != FileDone::Replaced(0) {
            let mut packer = pack::Packer::default();
            packer.file(&entry, &changed)?;
            self.upload(packer.finish()?).await?;
        }
        Ok(done)
    }

    /// Unpacks an archive of the server by the same rules as on every engine; answers it as a tar below `to`.
    async fn unpacked(
        &self,
        scratch: Scratch,
        (file, name): (PathBuf, String),
        to: String,
        mut packer: pack::Packer,
        owner: (u64, u64),
    ) -> Result<Vec<u8>, EngineError> {
        blocking(move || {
            let folder = NodePath::parse("content").map_err(EngineError::Failed)?;
            let work =
                FileWork::Stage { folder: folder.clone(), content: Content::Archive { file, name }, keep: Vec::new() };
            let root = scratch.0.join("root");
            fs::create_dir_all(&root)?;
            node_files::work(&root, None, work, &AtomicBool::new(false))?;
            node_files::work(&root, None, FileWork::Exchange(folder), &AtomicBool::new(false))?;
            packer.tree(&root.join("content"), &to, owner)?;
            packer.finish()
        })
        .await
    }

    async fn unpack(&self, archive: &NodePath, folder: &NodePath) -> Result<FileDone, EngineError> {
        let (_, bytes) = self.read(archive, LARGEST_ARCHIVE).await?;
        let scratch = self.scratch()?;
        let file = scratch.0.join("archive");
        let written = file.clone();
        blocking(move || Ok(fs::File::create(written)?.write_all(&bytes)?)).await?;
        let (packer, owner) = self.begun(folder).await?;
        let to = folder.relative().to_owned();
        let packed = self.unpacked(scratch, (file, archive.to_string()), to, packer, owner).await?;
        self.upload(packed).await
    }

    async fn place_file(&self, file: &Path, to: &NodePath, overwrite: bool) -> Result<FileDone, EngineError> {
        must_not_be_root(to)?;
        match self.stat(&absolute(to)).await? {
            Some((Facts { kind: FileKind::Folder, .. }, _)) if overwrite => {
                return Err(EngineError::BadFile(format!("“{to}” is a folder")));
            }
            Some(_) if !overwrite => return Err(EngineError::FileExists(to.to_string())),
            _ => {}
        }
        let (mut packer, owner) = self.begun(&to.parent()).await?;
        let (file, name) = (file.to_owned(), to.relative().to_owned());
        let packed = blocking(move || {
            packer.file(&pack::Entry { name, mode: 0o644, owner }, &fs::read(file)?)?;
            packer.finish()
        })
        .await?;
        self.upload(packed).await
    }

    async fn stage(&self, folder: &NodePath, content: Content, keep: &[String]) -> Result<FileDone, EngineError> {
        self.tool(Some("0"), &["rm", "-rf", "--", STAGING]).await?;
        let staged = self.staged(folder, content, keep).await;
        if staged.is_err() {
            let _ = self.tool(Some("0"), &["rm", "-rf", "--", STAGING]).await;
        }
        staged
    }

    async fn staged(&self, folder: &NodePath, content: Content, keep: &[String]) -> Result<FileDone, EngineError> {
        let staging = STAGING.trim_start_matches('/').to_owned();
        let owner = self.owner().await?;
        let mut packer = pack::Packer::default();
        packer.folder(&pack::Entry { name: staging.clone(), mode: 0o755, owner })?;
        match content {
            Content::Nothing => _ = self.upload(packer.finish()?).await?,
            Content::Archive { file, name } => {
                let scratch = self.scratch()?;
                let packed = self.unpacked(scratch, (file, name), staging, packer, owner).await?;
                self.upload(packed).await?;
            }
            Content::Folder { folder, without } => {
                self.upload(packer.finish()?).await?;
                self.must_be_there(&folder).await?;
                self.tool(Some("0"), &["cp", "-a", "--", &format!("{}/.", absolute(&folder)), STAGING]).await?;
                for name in without {
                    let part = NodePath::parse(&name).map_err(EngineError::BadFile)?;
                    self.tool(Some("0"), &["rm", "-rf", "--", &format!("{STAGING}{}", absolute(&part))]).await?;
                }
            }
        }
        for name in keep {
            let part = NodePath::parse(name).map_err(EngineError::BadFile)?;
            let (from, to) = (absolute(&folder.join(&part)), format!("{STAGING}{}", absolute(&part)));
            if self.stat(&from).await?.is_some() {
                self.tool(Some("0"), &["rm", "-rf", "--", &to]).await?;
                self.tool(Some("0"), &["cp", "-a", "--", &from, &to]).await?;
            }
        }
        Ok(FileDone::Done)
    }

    async fn exchange(&self, folder: &NodePath) -> Result<FileDone, EngineError> {
        must_not_be_root(folder)?;
        self.make_folders(&folder.parent()).await?;
        // A volume cannot be moved; its content can be replaced.
        const SCRIPT: &str = "set -e; rm -rf /.keyrack-gone; \
            if [ ! -e \"$1\" ] || mv -- \"$1\" /.keyrack-gone 2>/dev/null; then mv -- \"$2\" \"$1\"; rm -rf /.keyrack-gone; else \
            cd -- \"$1\"; rm -rf -- ..?* .[!.]* *; cp -a -- \"$2/.\" .; rm -rf -- \"$2\"; fi";
        self.tool(Some("0"), &["/bin/sh", "-c", SCRIPT, "exchange", &absolute(folder), STAGING]).await
    }

    /// Executes a program of the image.
    async fn tool(&self, user: Option<&str>, words: &[&str]) -> Result<FileDone, EngineError> {
        let program = words.first().copied().unwrap_or_default();
        if !self.running {
            return Err(EngineError::BadFile(format!(
                "this needs the node to run: a container's files can be removed and moved by its own “{program}” only"
            )));
        }
        let done = exec::simple(self.host, self.at, self.container, user, words).await?;
        match done.exit {
            Exit::Code(0) => Ok(FileDone::Done),
            Exit::Code(126 | 127) => {
                Err(EngineError::BadFile(format!("the image has no “{program}”, which this needs")))
            }
            _ if done.err.contains("Permission denied") || done.err.contains("not permitted") => {
                Err(EngineError::NotAllowed(format!("the node has no right to that: {}", done.err.trim())))
            }
            exit => Err(EngineError::Failed(format!("“{program}”: {exit}; {}", done.err.trim()))),
        }
    }
}

fn must_not_be_root(path: &NodePath) -> Result<(), EngineError> {
    if path.is_root() {
        return Err(EngineError::BadFile("this cannot be done to the container's root folder".to_owned()));
    }
    Ok(())
}

fn absolute(path: &NodePath) -> String {
    format!("/{}", path.relative())
}

/// Reads a line of `stat -c '%f %s %Y %n'`.
fn listed(folder: &NodePath, line: &str) -> Option<FileEntry> {
    let mut parts = line.splitn(4, ' ');
    let mode = u32::from_str_radix(parts.next()?, 16).ok()?;
    let size = parts.next()?.parse().ok()?;
    let modified = DateTime::from_timestamp(parts.next()?.parse().ok()?, 0)?;
    let name = parts.next().filter(|name| !matches!(*name, "." | ".."))?;
    let kind = match mode & 0o170_000 {
        0o040_000 => FileKind::Folder,
        0o100_000 => FileKind::File,
        0o120_000 => FileKind::Link,
        _ => FileKind::Other,
    };
    let path = folder.join(&NodePath::of_any_depth(name).ok()?);
    Some(FileEntry { path, kind, size, modified, mode: mode & 0o777 })
}

/// A folder that goes with this value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stat_says_is_read() {
        let folder = NodePath::parse("www").unwrap();
        let entry = listed(&folder, "81a4 120 1767225600 a file").unwrap();
        assert_eq!(
            (entry.path.to_string(), entry.kind, entry.size, entry.mode),
            ("/www/a file".into(), FileKind::File, 120, 0o644)
        );
        assert_eq!(listed(&folder, "41ed 4096 0 sub").unwrap().kind, FileKind::Folder);
        assert_eq!(listed(&folder, "41ed 4096 0 .."), None);
        assert_eq!(listed(&folder, "nonsense"), None);
    }
}
