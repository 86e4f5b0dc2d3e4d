//! The files of a node's `www/` folder. A link that leads out of it is not followed: the kernel resolves each path below
//! the folder, so no trick in between looking and opening leads elsewhere.

use std::future::Future;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tower_http::services::fs::{Backend, File, Metadata};

/// How often an opening is tried again that a renaming came in between of.
const TRIES: usize = 32;

/// Where the files are, as a path from the node's folder.
pub const FOLDER: &str = "www";

/// Opens files below [`FOLDER`].
#[derive(Clone, Copy, Debug)]
pub struct Www;

/// A file that was opened there.
#[derive(Debug)]
pub struct WwwFile(tokio::fs::File);

/// What is known of one.
#[derive(Debug)]
pub struct Facts(std::fs::Metadata);

type Later<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

impl Backend for Www {
    type File = WwwFile;
    type Metadata = Facts;
    type OpenFuture = Later<WwwFile>;
    type MetadataFuture = Later<Facts>;

    fn open(&self, path: PathBuf) -> Self::OpenFuture {
        // Not blocking: opening a pipe would wait for its other end.
        Box::pin(async move {
            let file = tokio::task::spawn_blocking(move || open(&path, OFlags::RDONLY | OFlags::NONBLOCK)).await??;
            Ok(WwwFile(file.into()))
        })
    }

    fn metadata(&self, path: PathBuf) -> Self::MetadataFuture {
        Box::pin(
            async move { tokio::task::spawn_blocking(move || open(&path, OFlags::PATH)?.metadata().map(Facts)).await? },
        )
    }
}

/// Opens something below [`FOLDER`], which may itself be a link within the node's folder.
fn open(path: &Path, flags: OFlags) -> io::Result<std::fs::File> {
    // Whoever asks says where it is from the working folder.
    let path = path.strip_prefix(".").unwrap_or(path);
    let inside = path.strip_prefix(FOLDER).map_err(|_| io::ErrorKind::NotFound)?;
    let inside = if inside.as_os_str().is_empty() { Path::new(".") } else { inside };
    for _ in 0..TRIES {
        let folder = beneath(CWD, Path::new(FOLDER), OFlags::PATH | OFlags::DIRECTORY);
        match folder.and_then(|folder| beneath(&folder, inside, flags)) {
            Err(Errno::AGAIN) => {}
            // What is out of the folder is not there.
            Err(Errno::XDEV | Errno::LOOP) => return Err(io::ErrorKind::NotFound.into()),
            opened => return Ok(opened?.into()),
        }
    }
    Err(Errno::AGAIN.into())
}

fn beneath(folder: impl std::os::fd::AsFd, path: &Path, flags: OFlags) -> rustix::io::Result<std::os::fd::OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    openat2(folder, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve)
}

impl AsyncRead for WwwFile {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncSeek for WwwFile {
    fn start_seek(mut self: Pin<&mut Self>, to: SeekFrom) -> io::Result<()> {
        Pin::new(&mut self.0).start_seek(to)
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Pin::new(&mut self.0).poll_complete(cx)
    }
}

impl File for WwwFile {
    type Metadata = Facts;
    type MetadataFuture<'a> = Pin<Box<dyn Future<Output = io::Result<Facts>> + Send + 'a>>;

    fn metadata(&self) -> Self::MetadataFuture<'_> {
        Box::pin(async move { self.0.metadata().await.map(Facts) })
    }
}

impl Metadata for Facts {
    fn is_dir(&self) -> bool {
        self.0.is_dir()
    }

    fn modified(&self) -> io::Result<std::time::SystemTime> {
        self.0.modified()
    }

    fn len(&self) -> u64 {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// The only test that has a working folder of its own: the others here use none.
    #[test]
    fn a_link_is_followed_as_far_as_it_stays_in_the_folder() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("node/www/real")).unwrap();
        fs::write(place.path().join("secret"), "the database").unwrap();
        fs::write(place.path().join("node/own"), "the node's own").unwrap();
        fs::write(place.path().join("node/www/real/page"), "page").unwrap();
        let www = place.path().join("node/www");
        symlink("real/page", www.join("inside")).unwrap();
        symlink("../own", www.join("beside")).unwrap();
        symlink("../../secret", www.join("out")).unwrap();
        symlink(place.path(), www.join("folder")).unwrap();
        symlink("/proc/self/root", www.join("magic")).unwrap();
        std::env::set_current_dir(place.path().join("node")).unwrap();
        let read = |path: &str| open(Path::new(path), OFlags::RDONLY).and_then(io::read_to_string);
        assert_eq!(read("www/real/page").unwrap(), "page");
        assert_eq!(read("./www/inside").unwrap(), "page");
        for path in ["www/beside", "www/out", "www/folder/secret", "www/magic/etc/passwd", "www/../own", "own"] {
            assert_eq!(read(path).unwrap_err().kind(), io::ErrorKind::NotFound, "{path}");
        }
        assert!(open(Path::new("www"), OFlags::PATH).unwrap().metadata().unwrap().is_dir());
    }
}
