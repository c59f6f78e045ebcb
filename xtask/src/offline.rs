//! The offline page: a folder of files that works from any web server, and the same as one file that opens from a disk.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bundle::{bind, compile};
use crate::step::{Outcome, Step, run_all};
use crate::tools::{CRATES, NODE_TOOLS, RUST_TARGET, WASM_BINDGEN_CLI};
use crate::workspace::{Workspace, files_below, fingerprint};

/// Modules: name, crate with its features, the crate's name in file names, and under which name its loader is known.
const MODULES: [(&str, &[&str], &str, &str); 4] = [
    ("app", &["--package", "bonghwa-app", "--features", "offline"], "bonghwa_app", "bonghwaApp"),
    ("desk", &["--package", "bonghwa-offline"], "bonghwa_offline", "bonghwaDesk"),
    ("intake", &["--package", "bonghwa-intake"], "bonghwa_intake", "bonghwaIntake"),
    ("writer", &["--package", "bonghwa-writer"], "bonghwa_writer", "bonghwaWriter"),
];
/// Files that are taken as they are.
const PAGE: [&str; 5] = ["index.html", "manifest.webmanifest", "offline.js", "sw.js", "words.js"];
/// The page as one file.
const WHOLE: &str = "bonghwa.html";

const OFFLINE: Step = Step {
    title: "offline page",
    why: "the console without a server (about 6 min after a change)",
    run: |workspace| build(workspace, &workspace.dist()).map(|()| Outcome::Done),
};

/// Installs what building the page needs, builds it and says where it is.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    run_all(workspace, &[RUST_TARGET, WASM_BINDGEN_CLI, NODE_TOOLS, CRATES, OFFLINE])?;
    println!(
        "\n{} is one file that a browser opens; the folder goes on any web server",
        workspace.dist().join("offline").join(WHOLE).display()
    );
    Ok(())
}

/// Builds the page into `offline` below the bundle, whose style sheet and fonts it shares.
pub(crate) fn build(workspace: &Workspace, dist: &Path) -> Result<()> {
    let folder = dist.join("offline");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let fonts = folder.join("fonts");
    fs::create_dir_all(&fonts).with_context(|| format!("cannot make {}", fonts.display()))?;
    for (name, package, module, global) in MODULES {
        let compiled = compile(workspace, package, module)?;
        bind(workspace, &compiled, &folder, "no-modules", name)?;
        fs::rename(folder.join(format!("{name}_bg.wasm")), folder.join(format!("{name}.wasm")))?;
        // The loaders all take one name, and a page has two of them.
        let loader = folder.join(format!("{name}.js"));
        let script = read(&loader)?.replacen("let wasm_bindgen", &format!("var {global}"), 1);
        write(&loader, &script)?;
    }
    let source = workspace.root.join("app/offline/page");
    let loaders = ["desk.js", "intake.js"].map(|loader| folder.join(loader));
    let worker = read(&loaders[0])? + &read(&loaders[1])? + &read(&source.join("worker.js"))?;
    write(&folder.join("desk-worker.js"), &worker)?;
    loaders.iter().try_for_each(fs::remove_file)?;
    for name in PAGE {
        fs::copy(source.join(name), folder.join(name)).with_context(|| format!("cannot copy {name}"))?;
    }
    for name in ["icon.svg", "picture.js"] {
        let shared = workspace.root.join("public").join(name);
        fs::copy(&shared, folder.join(name)).with_context(|| format!("cannot copy {}", shared.display()))?;
    }
    for font in files_below(&workspace.root.join("public/fonts"))? {
        let name = font.file_name().context("a font has no name")?;
        // What browsers load, and its licence.
        if font.extension().is_some_and(|kind| kind == "woff2") || name == "OFL.txt" {
            fs::copy(&font, fonts.join(name))?;
        }
    }
    write(&folder.join("style.css"), &style(workspace)?.replace("url(\"/fonts/", "url(\"fonts/"))?;
    keeper(&folder)?;
    whole(&folder)
}

/// All style sheets, in the order in which the bundle has them.
fn style(workspace: &Workspace) -> Result<String> {
    let page = read(&workspace.root.join("app/index.html"))?;
    let named = page.lines().filter_map(|line| line.split_once("rel=\"css\" href=\"../")?.1.split('"').next());
    let mut sheets = String::new();
    for sheet in named.chain(["style/offline.css"]) {
        sheets += &read(&workspace.root.join(sheet))?;
    }
    Ok(sheets)
}

/// Tells the service worker which parts there are, and of which version.
fn keeper(folder: &Path) -> Result<()> {
    let path = folder.join("sw.js");
    let parts: Vec<PathBuf> = files_below(folder)?.into_iter().filter(|part| *part != path).collect();
    let name = |part: &PathBuf| part.strip_prefix(folder).map(|part| part.to_string_lossy().replace('\\', "/"));
    let names: Vec<String> = parts.iter().map(name).collect::<Result<_, _>>()?;
    let script = read(&path)?.replace("%VERSION%", &fingerprint(&parts)?).replace("%PARTS%", &names.join("\", \""));
    write(&path, &script)
}

/// The same as one file, for networks without a server and for a double click: scripts, modules and fonts stand within it.
fn whole(folder: &Path) -> Result<()> {
    let mut style = read(&folder.join("style.css"))?;
    for font in files_below(&folder.join("fonts"))? {
        let name = font.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let data = format!("data:font/woff2;base64,{}", base64(&fs::read(&font)?));
        style = style.replace(&format!("fonts/{name}"), &data);
    }
    let icon = format!("data:image/svg+xml;base64,{}", base64(&fs::read(folder.join("icon.svg"))?));
    let mut page = Vec::new();
    for line in read(&folder.join("index.html"))?.lines() {
        // What a file cannot have, and the scripts, which stand at its end.
        if line.contains("rel=\"manifest\"") || line.contains("<script src=") {
            continue;
        }
        page.push(if line.contains("rel=\"stylesheet\"") {
            format!("<style>{style}</style>")
        } else if line.contains("Content-Security-Policy") {
            policy(line)
        } else if line == "</body>" {
            within(folder)? + line
        } else {
            line.replace("href=\"icon.svg\"", &format!("href=\"{icon}\""))
        });
    }
    write(&folder.join(WHOLE), &page.join("\n"))
}

/// What the page may do where everything stands within it: open no connection at all.
fn policy(line: &str) -> String {
    [
        ("'self' 'wasm-unsafe-eval'", "'unsafe-inline' 'wasm-unsafe-eval' blob:"),
        ("style-src 'self'", "style-src 'unsafe-inline'"),
        ("font-src 'self'", "font-src data:"),
        ("img-src 'self' data:", "img-src data:"),
        ("connect-src 'self'", "connect-src 'none'"),
        ("worker-src 'self'", "worker-src blob:"),
        ("manifest-src 'self'; ", ""),
    ]
    .into_iter()
    .fold(line.to_owned(), |line, (from, to)| line.replace(from, to))
}

/// Modules and scripts, as they stand within the page.
fn within(folder: &Path) -> Result<String> {
    let mut parts = Vec::new();
    for (name, ..) in MODULES {
        let bytes = base64(&fs::read(folder.join(format!("{name}.wasm")))?);
        parts.push(format!("<script type=\"text/plain\" id=\"{name}.wasm\">{bytes}</script>\n"));
    }
    let worker = inline(&folder.join("desk-worker.js"))?;
    parts.push(format!("<script type=\"text/plain\" id=\"desk-worker.js\">{worker}</script>\n"));
    for loader in ["app.js", "writer.js", "picture.js", "words.js", "offline.js"] {
        parts.push(format!("<script>{}</script>\n", inline(&folder.join(loader))?));
    }
    Ok(parts.concat())
}

/// A script as it may stand within a page.
fn inline(path: &Path) -> Result<String> {
    Ok(read(path)?.replace("</script", "<\\/script").replace("<!--", "<\\!--"))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let known = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (text, packed) in known {
            assert_eq!(base64(text.as_bytes()), packed);
        }
    }
}
