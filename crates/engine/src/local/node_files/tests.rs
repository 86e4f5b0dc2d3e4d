use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::*;

/// A node's folder with a secret beside it.
struct TestFolder {
    temp: tempfile::TempDir,
}

impl TestFolder {
    fn new() -> TestFolder {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("secret"), "not for nodes").unwrap();
        fs::create_dir(temp.path().join("outside")).unwrap();
        files::make_node_folder(&temp.path().join("node"), None).unwrap();
        TestFolder { temp }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.temp.path().join("node").join(path)
    }

    fn work(&self, work: FileWork) -> Result<FileDone, EngineError> {
        super::work(&self.temp.path().join("node"), None, work, &AtomicBool::new(false))
    }

    fn write(&self, at: &str, body: &str) -> Result<FileDone, EngineError> {
        self.work(FileWork::Write { path: path(at), body: body.into(), append: false })
    }

    fn read(&self, at: &str) -> Result<FileDone, EngineError> {
        self.work(FileWork::Read(path(at)))
    }

    fn untouched(&self) {
        assert_eq!(fs::read_to_string(self.temp.path().join("secret")).unwrap(), "not for nodes");
        assert_eq!(fs::read_dir(self.temp.path().join("outside")).unwrap().count(), 0);
    }
}

fn path(text: &str) -> NodePath {
    NodePath::parse(text).unwrap()
}

#[test]
fn files_are_written_read_listed_moved_copied_and_removed() {
    let bed = TestFolder::new();
    bed.write("/a/b/c.txt", "one").unwrap();
    bed.work(FileWork::Write { path: path("a/b/c.txt"), body: " two".into(), append: true }).unwrap();
    assert_eq!(bed.read("a/b/c.txt"), Ok(FileDone::Text("one two".into())));
    bed.write("a/b/c.txt", "x").unwrap();
    assert_eq!(bed.read("a/b/c.txt"), Ok(FileDone::Text("x".into())), "what was longer is gone");
    bed.work(FileWork::Copy { from: path("a"), to: path("copy") }).unwrap();
    bed.work(FileWork::Copy { from: path("a/b/c.txt"), to: path("copy") }).unwrap();
    assert_eq!(bed.read("copy/b/c.txt"), Ok(FileDone::Text("x".into())));
    assert_eq!(bed.read("copy/c.txt"), Ok(FileDone::Text("x".into())), "into the folder");
    bed.work(FileWork::Rename { from: path("copy/c.txt"), to: path("new/d.txt") }).unwrap();
    assert_eq!(
        bed.work(FileWork::Rename { from: path("new/d.txt"), to: path("a/b/c.txt") }),
        Err(EngineError::FileExists("/a/b/c.txt".into()))
    );
    bed.work(FileWork::Create { path: path("new/folder"), folder: true }).unwrap();
    let FileDone::Entries(entries) = bed.work(FileWork::List(path("new"))).unwrap() else { panic!() };
    let names: Vec<_> = entries.iter().map(|entry| (entry.path.to_string(), entry.kind)).collect();
    assert_eq!(names, [("/new/folder".into(), FileKind::Folder), ("/new/d.txt".into(), FileKind::File)]);
    bed.work(FileWork::Delete(path("copy"))).unwrap();
    assert_eq!(bed.read("copy/b/c.txt"), Err(EngineError::NoFile("/copy/b/c.txt".into())));
    bed.work(FileWork::Copy { from: path("a"), to: path("a/b") }).unwrap_err();
}

#[test]
fn matches_are_replaced_all_or_one() {
    let bed = TestFolder::new();
    bed.write("f", "port=1 port=2 port=3").unwrap();
    let replace = |pattern: &str, replacement: &str, nth| {
        let pattern = Pattern::parse(pattern).unwrap();
        bed.work(FileWork::Replace { path: path("f"), pattern, replacement: replacement.into(), nth }).unwrap()
    };
    assert_eq!(replace(r"port=(\d)", "p$1", Some(2)), FileDone::Replaced(1));
    assert_eq!(bed.read("f"), Ok(FileDone::Text("port=1 p2 port=3".into())));
    assert_eq!(replace("port", "x", None), FileDone::Replaced(2));
    assert_eq!(replace("nothing", "x", None), FileDone::Replaced(0));
    assert_eq!(bed.read("f"), Ok(FileDone::Text("x=1 p2 x=3".into())));
}

/// The most memory that this process ever held, in bytes.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[test]
fn a_replacement_that_makes_much_out_of_little_is_refused_before_it_is_made() {
    let bed = TestFolder::new();
    bed.write("f", &"a".repeat(4000)).unwrap();
    let before = most_memory();
    let replace = |pattern: &str, replacement: String, nth| {
        let pattern = Pattern::parse(pattern).unwrap();
        bed.work(FileWork::Replace { path: path("f"), pattern, replacement, nth })
    };
    let long = "b".repeat(100_000);
    for refused in [replace("a", long.clone(), None), replace("a+", "${0}".repeat(20_000), Some(1))] {
        assert!(matches!(refused, Err(EngineError::TooLarge(_))), "{refused:?}");
    }
    assert!(most_memory() - before < 64 << 20, "{} MiB", (most_memory() - before) >> 20);
    assert_eq!(bed.read("f"), Ok(FileDone::Text("a".repeat(4000))), "nothing changed");
    assert_eq!(replace("a", long.clone(), Some(4000)), Ok(FileDone::Replaced(1)));
    assert_eq!(bed.read("f"), Ok(FileDone::Text("a".repeat(3999) + &long)));
}

#[test]
fn a_pattern_that_takes_too_long_is_given_up() {
    let bed = TestFolder::new();
    // Each search looks at all the rest of the line and finds one letter.
    bed.write("f", &"A".repeat(LARGEST_TEXT as usize)).unwrap();
    let begun = std::time::Instant::now();
    let pattern = Pattern::parse(".*[^A-Z]|[A-Z]").unwrap();
    let refused = bed.work(FileWork::Replace { path: path("f"), pattern, replacement: "b".into(), nth: None });
    assert!(matches!(refused, Err(EngineError::BadFile(_))), "{refused:?}");
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn links_that_stay_inside_are_followed_and_others_are_not() {
    let bed = TestFolder::new();
    bed.write("release/page", "hello").unwrap();
    symlink("release", bed.at("current")).unwrap();
    assert_eq!(bed.read("current/page"), Ok(FileDone::Text("hello".into())));
    symlink("../secret", bed.at("link")).unwrap();
    symlink(bed.temp.path().join("secret"), bed.at("absolute")).unwrap();
    symlink("../outside", bed.at("out")).unwrap();
    symlink("/proc/self/root", bed.at("magic")).unwrap();
    symlink("/proc/self/fd", bed.at("fds")).unwrap();
    symlink("loop", bed.at("loop")).unwrap();
    let anything = Pattern::parse(".").unwrap();
    for at in ["link", "absolute", "magic/etc/passwd", "out/new", "fds/0", "loop"] {
        assert!(matches!(bed.read(at), Err(EngineError::BadFile(_))), "{at}: {:?}", bed.read(at));
        assert!(bed.write(at, "broken in").is_err(), "{at}");
        let append = FileWork::Write { path: path(at), body: "broken in".into(), append: true };
        assert!(bed.work(append).is_err(), "{at}");
        assert!(bed.work(FileWork::List(path(at))).is_err(), "{at}");
        let replace =
            FileWork::Replace { path: path(at), pattern: anything.clone(), replacement: "x".into(), nth: None };
        assert!(bed.work(replace).is_err(), "{at}");
        assert!(bed.work(FileWork::Copy { from: path(at), to: path("got") }).is_err(), "{at}");
        assert!(bed.work(FileWork::Unpack { archive: path(at), folder: path("got") }).is_err(), "{at}");
    }
    bed.write("file", "x").unwrap();
    for at in ["out/file", "out", "link"] {
        assert!(bed.work(FileWork::Create { path: path(at), folder: false }).is_err(), "{at}");
        assert!(bed.work(FileWork::Rename { from: path("file"), to: path(at) }).is_err(), "{at}");
    }
    assert!(bed.work(FileWork::Copy { from: path("file"), to: path("out/file") }).is_err());
    assert!(bed.work(FileWork::Copy { from: path("file"), to: path("link") }).is_err());
    assert!(bed.work(FileWork::Create { path: path("out/folder"), folder: true }).is_err());
    assert!(bed.work(FileWork::Delete(path("out/x"))).is_err());
    // The links themselves can be removed, alone and with a folder that they are in; what they lead to stays.
    fs::create_dir(bed.at("folder")).unwrap();
    symlink(bed.temp.path(), bed.at("folder/up")).unwrap();
    for at in ["link", "absolute", "out", "folder"] {
        bed.work(FileWork::Delete(path(at))).unwrap();
    }
    bed.untouched();
}

#[test]
fn the_folder_itself_and_what_is_no_file_are_refused() {
    let bed = TestFolder::new();
    let made = std::process::Command::new("mkfifo").arg(bed.at("pipe")).status().unwrap();
    assert!(made.success());
    for at in ["pipe", "tmp", "/"] {
        assert!(matches!(bed.read(at), Err(EngineError::BadFile(_))), "{at}");
        assert!(matches!(bed.write(at, "x"), Err(EngineError::BadFile(_))), "{at}: {:?}", bed.write(at, "x"));
    }
    assert!(matches!(bed.work(FileWork::Delete(path("/"))), Err(EngineError::BadFile(_))));
    assert!(matches!(bed.read("tmp/a/b"), Err(EngineError::NoFile(_))));
    bed.write("file", "x").unwrap();
    assert!(matches!(bed.read("file/a"), Err(EngineError::BadFile(_))));
    bed.work(FileWork::Copy { from: path("file"), to: path("pipe") }).unwrap_err();
    let big = fs::File::create(bed.at("big")).unwrap();
    big.set_len(LARGEST_TEXT + 1).unwrap();
    assert!(matches!(bed.read("big"), Err(EngineError::TooLarge(_))));
}

#[test]
fn a_folder_that_is_swapped_for_a_link_all_the_time_never_leads_out() {
    let bed = TestFolder::new();
    fs::create_dir(bed.at("a")).unwrap();
    symlink("../outside", bed.at("b")).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (a, b) = (bed.at("a"), bed.at("b"));
            while !stop.load(Ordering::Relaxed) {
                rustix::fs::renameat_with(rustix::fs::CWD, &a, rustix::fs::CWD, &b, RenameFlags::EXCHANGE).unwrap();
            }
        });
        let mut written = 0;
        for round in 0..3000 {
            let at = format!("a/{}", round % 7);
            written += u32::from(bed.write(&at, "x").is_ok());
            let _ = bed.work(FileWork::Create { path: path("a/new/deep"), folder: true });
            let _ = bed.work(FileWork::Delete(path("a/new")));
        }
        stop.store(true, Ordering::Relaxed);
        assert!(written > 0, "some went into the folder");
    });
    bed.untouched();
}

#[test]
fn a_hard_link_to_a_foreign_file_opens_nothing() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: needs users to tell apart");
        return;
    }
    use std::os::unix::fs::PermissionsExt;
    const NODE: u32 = 64_998;
    let bed = TestFolder::new();
    fs::set_permissions(bed.temp.path().join("secret"), fs::Permissions::from_mode(0o640)).unwrap();
    files::give_to(&bed.at(""), NODE).unwrap();
    fs::hard_link(bed.temp.path().join("secret"), bed.at("hard")).unwrap();
    let work = |work| super::work(&bed.at(""), Some(NODE), work, &AtomicBool::new(false));
    assert!(matches!(work(FileWork::Read(path("hard"))), Err(EngineError::NotAllowed(_))));
    for append in [true, false] {
        let write = FileWork::Write { path: path("hard"), body: "broken in".into(), append };
        assert!(matches!(work(write), Err(EngineError::NotAllowed(_))));
    }
    assert!(work(FileWork::Copy { from: path("hard"), to: path("copy") }).is_err());
    work(FileWork::Write { path: path("deep/own"), body: "x".into(), append: false }).unwrap();
    let owner = |at: &str| std::os::unix::fs::MetadataExt::uid(&fs::metadata(bed.at(at)).unwrap());
    assert_eq!((owner("deep"), owner("deep/own")), (NODE, NODE), "files belong to the node");
    bed.untouched();
}

#[test]
fn a_node_goes_with_what_it_closed_to_itself() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: needs a user that permissions hold for");
        return;
    }
    use std::os::unix::fs::PermissionsExt;
    const NODE: u32 = 64_997;
    let bed = TestFolder::new();
    bed.write("cache/module/file", "x").unwrap();
    bed.write("cache/shut/deep/file", "x").unwrap();
    bed.write("0.going/file", "x").unwrap();
    symlink(bed.temp.path().join("outside"), bed.at("cache/module/out")).unwrap();
    files::give_to(&bed.at(""), NODE).unwrap();
    let mode = |at: PathBuf, mode| fs::set_permissions(at, fs::Permissions::from_mode(mode)).unwrap();
    mode(bed.temp.path().to_owned(), 0o777);
    for (at, bits) in [("cache/module", 0o555), ("cache/shut/deep", 0o500), ("cache/shut", 0), ("cache", 0o555)] {
        mode(bed.at(at), bits);
    }
    let user = AsUser::become_one(NODE).unwrap();
    let removed = files::remove_node_folder(&bed.at(""));
    drop(user);
    removed.unwrap();
    assert!(!bed.at("").exists());
    bed.untouched();
}

#[test]
fn a_node_goes_while_something_is_still_written_to_it() {
    let bed = TestFolder::new();
    fs::create_dir(bed.at("www")).unwrap();
    let www = Root::open(&bed.at("www")).unwrap();
    let (begin, begun) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for number in 0..200_000 {
                if number == 100 {
                    begin.send(()).unwrap();
                }
                // Until the folder is gone.
                if www.file(&path(&number.to_string()), OFlags::WRONLY | OFlags::CREATE).is_err() {
                    return;
                }
            }
        });
        begun.recv().unwrap();
        files::remove_node_folder(&bed.at("")).unwrap();
    });
    assert!(!bed.at("").exists());
}

fn tar_gz(entries: &[(&str, &str, tar::EntryType)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, content, kind) in entries {
        let mut header = tar::Header::new_gnu();
        // Past the check that keeps honest programs from writing such names.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o755);
        let link = matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link);
        if link {
            header.set_link_name_literal(content).unwrap();
        }
        let content = if link { "" } else { content };
        header.set_size(content.len() as u64);
        header.set_cksum();
        tar.append(&header, content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

#[test]
fn archives_are_unpacked_and_none_leads_out() {
    use tar::EntryType::{Link, Regular, Symlink};
    let bed = TestFolder::new();
    let unpack = |bytes: &[u8]| {
        fs::write(bed.at("archive"), bytes).unwrap();
        bed.work(FileWork::Unpack { archive: path("archive"), folder: path("www") })
    };
    unpack(&tar_gz(&[("a/b.txt", "hello", Regular), ("link", "a", Symlink)])).unwrap();
    assert_eq!(bed.read("www/link/b.txt"), Ok(FileDone::Text("hello".into())));
    // Over what is there.
    unpack(&tar_gz(&[("a/b.txt", "again", Regular)])).unwrap();
    assert_eq!(bed.read("www/a/b.txt"), Ok(FileDone::Text("again".into())));
    for bad in [
        tar_gz(&[("../../outside/x", "broken in", Regular)]),
        tar_gz(&[("/outside/x", "broken in", Regular)]),
        tar_gz(&[("out", "../../outside", Symlink), ("out/x", "broken in", Regular)]),
        tar_gz(&[("out", "../..", Symlink)]),
        tar_gz(&[("out", bed.temp.path().to_str().unwrap(), Symlink)]),
        tar_gz(&[("out", "/proc/self/root", Symlink)]),
        // Out of it as soon as somebody makes the folder, and through another link.
        tar_gz(&[("out", "later/../../../outside", Symlink)]),
        tar_gz(&[("up", "..", Symlink), ("out", "up/..", Symlink)]),
        tar_gz(&[("up", "..", Symlink), ("out", "a/../up/..", Symlink), ("cut", "off", Link)]),
        tar_gz(&[("hard", "../../secret", Link)]),
        tar_gz(&[("pipe", "", tar::EntryType::Fifo)]),
        b"no archive at all".to_vec(),
        b"PK\x03\x04 broken".to_vec(),
        tar_gz(&[("a", &"x".repeat(100_000), Regular)])[..100].to_vec(),
    ] {
        let refused = unpack(&bad);
        assert!(matches!(refused, Err(EngineError::BadFile(_) | EngineError::BadArchive(_))), "{refused:?}");
        assert!(fs::symlink_metadata(bed.at("www/out")).is_err(), "no way out stays");
    }
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("run.sh", options).unwrap();
    zip.write_all(b"echo").unwrap();
    zip.add_directory("folder", options).unwrap();
    unpack(&zip.finish().unwrap().into_inner()).unwrap();
    assert_eq!(bed.read("www/run.sh"), Ok(FileDone::Text("echo".into())));
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(bed.at("www/run.sh")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o755);
    bed.untouched();
}

/// A tar whose first entry says that the name of the next one, or facts about it, have so many bytes. All of them are 0, so
/// it takes no place on the disk, and next to none in a tar.gz.
fn write_long_head(at: &std::path::Path, kind: tar::EntryType, size: u64) {
    let mut header = tar::Header::new_gnu();
    header.set_path("head").unwrap();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_cksum();
    fs::write(at, header.as_bytes()).unwrap();
    let file = fs::OpenOptions::new().write(true).open(at).unwrap();
    file.set_len(512 + size).unwrap();
}

#[test]
fn what_a_tar_says_of_its_entries_does_not_fill_the_memory() {
    use tar::EntryType;
    let bed = TestFolder::new();
    let before = most_memory();
    let kinds = [EntryType::GNULongName, EntryType::GNULongLink, EntryType::XHeader, EntryType::XGlobalHeader];
    for kind in kinds {
        write_long_head(&bed.at("archive"), kind, 400 << 20);
        let refused = bed.work(FileWork::Unpack { archive: path("archive"), folder: path("www") });
        assert!(matches!(refused, Err(EngineError::BadArchive(_))), "{kind:?}: {refused:?}");
        assert!(most_memory() - before < 64 << 20, "{kind:?}: {} MiB", (most_memory() - before) >> 20);
    }
    // Names of the usual kind of long are taken.
    let mut tar = tar::Builder::new(Vec::new());
    let long = format!("{}/file", "folder".repeat(40));
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    header.set_mode(0o644);
    tar.append_data(&mut header, &long, &b"hello"[..]).unwrap();
    fs::write(bed.at("archive"), tar.into_inner().unwrap()).unwrap();
    bed.work(FileWork::Unpack { archive: path("archive"), folder: path("www") }).unwrap();
    assert_eq!(bed.read(&format!("www/{long}")), Ok(FileDone::Text("hello".into())));
}

/// A zip whose directory says so many bytes of zeros of each entry, which take no place on the disk.
fn write_long_directory(at: &std::path::Path, entries: u16, each: u16) {
    use std::io::{Seek, SeekFrom};
    let mut file = fs::File::create(at).unwrap();
    file.write_all(b"PK\x03\x04").unwrap();
    let begin: u32 = 30;
    let mut position = u64::from(begin);
    for number in 0..entries {
        let name = format!("{number:08}");
        let mut head = b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\x21\0".to_vec();
        head.extend_from_slice(&[0; 12]);
        head.extend_from_slice(&(name.len() as u16).to_le_bytes());
        head.extend_from_slice(&each.to_le_bytes());
        head.extend_from_slice(&[0; 14]);
        head.extend_from_slice(name.as_bytes());
        file.seek(SeekFrom::Start(position)).unwrap();
        file.write_all(&head).unwrap();
        position += head.len() as u64 + u64::from(each);
    }
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend_from_slice(&entries.to_le_bytes());
    end.extend_from_slice(&entries.to_le_bytes());
    end.extend_from_slice(&(position as u32 - begin).to_le_bytes());
    end.extend_from_slice(&begin.to_le_bytes());
    end.extend_from_slice(&[0; 2]);
    file.seek(SeekFrom::Start(position)).unwrap();
    file.write_all(&end).unwrap();
}

#[test]
fn what_a_zip_says_of_its_entries_does_not_fill_the_memory() {
    let bed = TestFolder::new();
    let unpack = || bed.work(FileWork::Unpack { archive: path("archive"), folder: path("www") });
    let before = most_memory();
    write_long_directory(&bed.at("archive"), 3000, 60_000);
    let refused = unpack();
    assert!(matches!(refused, Err(EngineError::BadArchive(_))), "{refused:?}");
    assert!(most_memory() - before < 140 << 20, "{} MiB", (most_memory() - before) >> 20);
}

#[test]
fn a_deep_path_takes_no_more_than_its_length_and_what_is_deep_can_be_removed() {
    let bed = TestFolder::new();
    let deep = NodePath::of_any_depth(&"d/".repeat(2045)).unwrap();
    let before = most_memory();
    bed.work(FileWork::Create { path: deep.clone(), folder: true }).unwrap();
    assert!(most_memory() - before < 8 << 20, "{} MiB", (most_memory() - before) >> 20);
    assert_eq!(bed.work(FileWork::List(deep.clone())), Ok(FileDone::Entries(Vec::new())));
    let copied = bed.work(FileWork::Copy { from: path("d"), to: path("copy") });
    let Err(EngineError::BadFile(why)) = copied else { panic!("{copied:?}") };
    assert!(why.contains("more than 64 deep"), "{why}");
    bed.work(FileWork::Delete(path("copy"))).unwrap();
    bed.work(FileWork::Delete(path("d"))).unwrap();
    assert!(!bed.at("d").exists());
    bed.untouched();
}

#[test]
fn an_archive_holds_no_path_deeper_than_what_can_be_made() {
    let bed = TestFolder::new();
    let archive = |names: usize| {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("{}f", "d/".repeat(names)), &b""[..]).unwrap();
        fs::write(bed.at("archive"), tar.into_inner().unwrap()).unwrap();
        bed.work(FileWork::Unpack { archive: path("archive"), folder: path("www") })
    };
    assert_eq!(archive(62), Ok(FileDone::Done));
    for names in [63, 2000] {
        let refused = archive(names);
        let Err(EngineError::BadArchive(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("more than 64 names"), "{why}");
    }
}

#[test]
fn folders_on_the_way_count_as_what_is_unpacked() {
    let bed = TestFolder::new();
    let root = Root::open(&bed.at("")).unwrap();
    let made = root.make_folder_within(&path("a/b/c"), &mut Budget::of(2, 0));
    assert_eq!(made.unwrap_err().kind(), io::ErrorKind::QuotaExceeded);
    root.make_folder_within(&path("a/b/c"), &mut Budget::of(1, 0)).unwrap();
    root.make_folder_within(&path("a/b/c"), &mut Budget::of(0, 0)).unwrap();
}

#[test]
fn what_nobody_waits_for_is_not_begun() {
    let bed = TestFolder::new();
    let work = FileWork::Create { path: path("a"), folder: true };
    super::work(&bed.at(""), None, work, &AtomicBool::new(true)).unwrap_err();
    assert!(!bed.at("a").exists());
}
