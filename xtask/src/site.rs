//! Makes `target/site`, the folder that the server embeds:
//!
//! ```text
//! pkg/keyrack.js, pkg/keyrack.wasm   the islands of the first page, bound by wasm-bindgen
//! pkg/keyrack-….js, …                the islands of further pages, see BUNDLES
//! pkg/keyrack.css                    style/main.css with its imports, minified
//! favicon.svg, …                     public/ as it is
//! *.br, *.gz                         beside each file that gets smaller by it, with --release
//! ```
//!
//! File names carry no hashes. The server serves `pkg/` under a path that contains a hash over its contents (see
//! `server/src/site.rs`), so browsers may keep the files forever and nothing has to rewrite names inside them.
//!
//! Each of the three parts has a stamp, a hash over its inputs and over this program; a part whose stamp is unchanged is
//! not made again. Whether Rust sources changed is cargo's business: it is always asked and answers in an instant.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
    time::Instant,
};

use anyhow::{Context, Result, anyhow, bail};
use lightningcss::{
    bundler::{Bundler, FileProvider, ResolveResult, SourceProvider},
    error::{Error as CssError, ErrorLocation},
    stylesheet::{MinifyOptions, ParserOptions, PrinterOptions},
};

use crate::cargo;

/// As HydrationScripts of Leptos asks for it, see `.cargo/config.toml`.
const NAME: &str = "keyrack";
/// Name of each bundle of islands, the package that it is made of, and what to tell cargo besides. A page loads one bundle
/// (`app/src/bundles.rs` says which), so that the first page does not wait for the islands of all others.
const BUNDLES: [(&str, &str, &[&str]); 3] = [
    (NAME, "keyrack-frontend", &["--no-default-features", "--features", "base"]),
    ("keyrack-tokens", "keyrack-frontend-tokens", &[]),
    ("keyrack-people", "keyrack-frontend-people", &[]),
];
const WASM_TARGET: &str = "wasm32-unknown-unknown";

pub fn build(root: &Path, release: bool) -> Result<()> {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    };
    let site = Site::open(root, release)?;

    let profile = if release { "wasm-release" } else { "dev" };
    let folder = if release { "wasm-release" } else { "debug" };
    let made = target.join(WASM_TARGET).join(folder);
    for (name, package, more) in BUNDLES {
        println!("site: compiling WASM ({name}, {profile})");
        let build = ["build", "--package", package, "--target", WASM_TARGET, "--profile", profile];
        cargo(root, &[&build[..], more].concat())?;
        let wasm = made.join(format!("{}.wasm", package.replace('-', "_")));
        site.part(name, &[&wasm], |part| bind(&wasm, name, part, release))?;
    }
    site.part("css", &[&root.join("style")], |part| {
        part.insert(format!("pkg/{NAME}.css"), bundle_css(root, "style/main.css")?);
        Ok(())
    })?;
    let public = root.join("public");
    site.part("public", &[&public], |part| {
        for path in files_under(&public)? {
            let name = site_name(path.strip_prefix(&public)?)?;
            if name.starts_with("pkg/") {
                bail!("public/{name}: the name `pkg` is taken by the build");
            }
            part.insert(name, fs::read(&path)?);
        }
        Ok(())
    })?;
    site.finish()
}

/// WASM from rustc in; the bundle's `.js`, `.wasm` and what they import out.
fn bind(wasm: &Path, bundle: &str, part: &mut Part, release: bool) -> Result<()> {
    let out = tempdir(wasm.parent().unwrap())?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .out_name(bundle)
        .typescript(false)
        .omit_default_module_path(true)
        .keep_debug(!release)
        .remove_name_section(release)
        .remove_producers_section(true)
        .generate(&out)
        .context("wasm-bindgen")?;
    for path in files_under(&out)? {
        let mut name = site_name(path.strip_prefix(&out)?)?;
        // wasm-bindgen says keyrack_bg.wasm, Leptos asks for keyrack.wasm and passes that name to the loader.
        if name == format!("{bundle}_bg.wasm") {
            name = format!("{bundle}.wasm");
        }
        part.insert(format!("pkg/{name}"), fs::read(&path)?);
    }
    fs::remove_dir_all(&out)?;
    Ok(())
}

/// Follows `@import`, minifies, and refuses what a browser would silently skip. No browser targets are given: what is
/// written (nesting, `light-dark()`, …) is what is served.
fn bundle_css(root: &Path, main: &str) -> Result<Vec<u8>> {
    let provider = Sources(FileProvider::new());
    let warnings = Arc::new(RwLock::new(Vec::new()));
    let options = ParserOptions { warnings: Some(warnings.clone()), ..ParserOptions::default() };
    let mut bundler = Bundler::new(&provider, None, options);
    let entry = root.join(main);
    let mut sheet = bundler.bundle(&entry).map_err(|error| css_error(root, &error))?;
    if let Some(warning) = warnings.read().unwrap().first() {
        return Err(css_error(root, warning));
    }
    sheet.minify(MinifyOptions::default()).map_err(|error| css_error(root, &error))?;
    let css = sheet
        .to_css(PrinterOptions { minify: true, ..PrinterOptions::default() })
        .map_err(|error| css_error(root, &error))?;
    Ok(css.code.into_bytes())
}

/// Files, with the name in the message when one is missing.
struct Sources(FileProvider);

impl SourceProvider for Sources {
    type Error = io::Error;

    fn read<'a>(&'a self, file: &Path) -> io::Result<&'a str> {
        self.0.read(file).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))
    }

    fn resolve(&self, specifier: &str, originating_file: &Path) -> io::Result<ResolveResult> {
        self.0.resolve(specifier, originating_file)
    }
}

/// `style/main.css:12:5: Unexpected token …`, lines and columns counted from 1 as editors do.
fn css_error<T: std::fmt::Display>(root: &Path, error: &CssError<T>) -> anyhow::Error {
    match &error.loc {
        Some(ErrorLocation { filename, line, column }) => {
            let file = Path::new(filename).strip_prefix(root).unwrap_or(Path::new(filename)).display();
            anyhow!("{file}:{}:{column}: {}", line + 1, error.kind)
        }
        None => anyhow!("CSS: {}", error.kind),
    }
}

/// Name in the site → contents.
type Part = BTreeMap<String, Vec<u8>>;

struct Site {
    folder: PathBuf,
    stamps: PathBuf,
    release: bool,
    /// Hash over this program: a changed build makes everything anew.
    program: u64,
}

impl Site {
    fn open(root: &Path, release: bool) -> Result<Site> {
        // Always below the workspace, whatever CARGO_TARGET_DIR says: the server's sources name this folder.
        let folder = root.join("target/site");
        let stamps = root.join("target/site-stamps");
        fs::create_dir_all(folder.join("pkg"))?;
        fs::create_dir_all(&stamps)?;
        let mut hasher = DefaultHasher::new();
        fs::read(std::env::current_exe()?)?.hash(&mut hasher);
        Ok(Site { folder, stamps, release, program: hasher.finish() })
    }

    /// Makes one part of the site unless its inputs (files or folders) and its outputs are as they were.
    fn part(&self, name: &str, inputs: &[&Path], make: impl FnOnce(&mut Part) -> Result<()>) -> Result<()> {
        let started = Instant::now();
        let mut hasher = DefaultHasher::new();
        (self.release, self.program).hash(&mut hasher);
        for input in inputs {
            for path in files_under(input)? {
                path.hash(&mut hasher);
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?.hash(&mut hasher);
            }
        }
        let stamp = format!("{:016x}", hasher.finish());
        // First line the stamp, then the files that were written.
        let stamp_file = self.stamps.join(name);
        let known = fs::read_to_string(&stamp_file).unwrap_or_default();
        let mut lines = known.lines();
        if lines.next() == Some(stamp.as_str()) && lines.all(|file| self.folder.join(file).is_file()) {
            return Ok(());
        }

        let mut part = Part::new();
        make(&mut part)?;
        let mut written = Vec::new();
        for (file, contents) in &part {
            written.push(self.write(file, contents)?);
            if self.release && compressible(file) {
                for (suffix, smaller) in [("br", brotli(contents)?), ("gz", gzip(contents)?)] {
                    if smaller.len() < contents.len() {
                        written.push(self.write(&format!("{file}.{suffix}"), &smaller)?);
                    }
                }
            }
        }
        fs::write(&stamp_file, format!("{stamp}\n{}\n", written.join("\n")))?;
        println!("site: {name} made in {:.1} s", started.elapsed().as_secs_f32());
        Ok(())
    }

    /// Written beside and renamed, so that a running server never reads half a file.
    fn write(&self, name: &str, contents: &[u8]) -> Result<String> {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap())?;
        let temporary = path.with_file_name(".new");
        fs::write(&temporary, contents)?;
        fs::rename(&temporary, &path)?;
        Ok(name.to_owned())
    }

    /// Removes what no part wrote, and says how large the rest is.
    fn finish(&self) -> Result<()> {
        let mut known = BTreeSet::new();
        for stamp in files_under(&self.stamps)? {
            known.extend(fs::read_to_string(stamp)?.lines().skip(1).map(|file| self.folder.join(file)));
        }
        for path in files_under(&self.folder)? {
            if !known.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        println!("site: {:<20} {:>10} {:>10} {:>10}", "", "raw", "gzip", "brotli");
        let scripts = BUNDLES.iter().flat_map(|(name, ..)| [format!("{name}.wasm"), format!("{name}.js")]);
        for file in scripts.chain([format!("{NAME}.css")]) {
            let path = self.folder.join("pkg").join(&file);
            let size = |suffix: &str| {
                let path = format!("{}{suffix}", path.display());
                fs::metadata(path).map_or("-".to_owned(), |meta| format!("{:.1} KB", meta.len() as f64 / 1000.0))
            };
            println!("site: {file:<20} {:>10} {:>10} {:>10}", size(""), size(".gz"), size(".br"));
        }
        Ok(())
    }
}

fn brotli(contents: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 1 << 16, 11, 24);
    writer.write_all(contents)?;
    drop(writer);
    Ok(out)
}

fn gzip(contents: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(contents)?;
    Ok(writer.finish()?)
}

fn compressible(name: &str) -> bool {
    let kinds = ["wasm", "js", "css", "svg", "txt", "html", "json", "webmanifest", "xml", "ttf", "ico"];
    name.rsplit_once('.').is_some_and(|(_, kind)| kinds.contains(&kind))
}

/// A path as it stands in an address. Only characters that need no escaping, so that a name is its own address.
fn site_name(path: &Path) -> Result<String> {
    let name = path.to_str().unwrap_or_default().replace('\\', "/");
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        bail!("`{}`: names in the site may hold letters, digits, `.`, `_` and `-` only", path.display());
    }
    Ok(name)
}

/// All files below a folder (or the one file), sorted. Hidden files are editors' and stay out.
pub fn files_under(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().starts_with('.') {
                found.extend(files_under(&entry.path())?);
            }
        }
    } else if path.is_file() {
        found.push(path.to_owned());
    }
    found.sort();
    Ok(found)
}

/// A fresh, empty folder for wasm-bindgen's output.
fn tempdir(parent: &Path) -> Result<PathBuf> {
    let folder = parent.join("keyrack-bindgen");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &str)]) -> Result<String> {
        let root =
            std::env::temp_dir().join(format!("keyrack-css-{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::create_dir_all(&root)?;
        for (name, text) in files {
            fs::write(root.join(name), text)?;
        }
        let css = bundle_css(&root, "main.css");
        fs::remove_dir_all(&root)?;
        Ok(String::from_utf8(css?)?)
    }

    #[test]
    fn imports_become_one_file() {
        let css = bundle(&[("main.css", "@import './a.css';\nb { color: #ffffff }"), ("a.css", "a { margin: 0px }")]);
        assert_eq!(css.unwrap(), "a{margin:0}b{color:#fff}");
    }

    #[test]
    fn a_mistake_is_refused_with_its_place() {
        for (wrong, place) in [
            ("a { color red }", "a.css:2:10: Unexpected token"),
            ("a:hoover { color: red }", "a.css:2:"),
            ("@wrong { }", "a.css:2:"),
            ("a { color: red; } }", "a.css:2:"),
        ] {
            let css = bundle(&[("main.css", "@import './a.css';"), ("a.css", &format!("/* first line */\n{wrong}"))]);
            let error = css.expect_err(wrong).to_string();
            assert!(error.starts_with(place), "{wrong} gave {error}");
        }
        let error = bundle(&[("main.css", "@import './missing.css';")]).unwrap_err().to_string();
        assert!(error.contains("missing.css"), "{error}");
    }

    #[test]
    fn names_that_would_need_escaping_are_refused() {
        assert_eq!(site_name(Path::new("fonts/a-b_c.woff2")).unwrap(), "fonts/a-b_c.woff2");
        for name in ["a b.svg", "ä.svg", "a?b", "a%20b", "{a}"] {
            assert!(site_name(Path::new(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn compressed_files_unfold_to_what_they_were() {
        let text = b"key".repeat(1000);
        let mut out = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&text).unwrap()[..], &mut out).unwrap();
        assert_eq!(out, text);
        let mut out = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(&gzip(&text).unwrap()[..]), &mut out).unwrap();
        assert_eq!(out, text);
    }
}
