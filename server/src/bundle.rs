//! The browser bundle as Trunk left it in `dist/`: which script, module and style sheets a page names.

use std::path::{Path, PathBuf};

use bonghwa_app::address::Module;

/// What `dist/` holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The folder.
    pub folder: PathBuf,
    /// The loader, for example `/bonghwa-app-1f2e3d.js`.
    pub script: Option<String>,
    /// The module, for example `/bonghwa-app-1f2e3d_bg.wasm`.
    pub wasm: Option<String>,
    /// Loader and module of the second browser module.
    pub rooms: Option<(String, String)>,
    /// Loader and module of the third.
    pub answers: Option<(String, String)>,
    /// Style sheets, in the order of `index.html`.
    pub styles: Vec<String>,
    /// Fonts that `index.html` fetches early.
    pub fonts: Vec<String>,
    /// Icon.
    pub icon: Option<String>,
}

impl Bundle {
    /// Reads the names from `index.html`, which Trunk fills with the hashed ones. A folder without it is an empty
    /// bundle: pages are then rendered by the server alone.
    pub fn read(folder: &Path) -> Self {
        let text = read(&folder.join("index.html"));
        let there = |name: &&str| folder.join(name.trim_start_matches('/')).is_file();
        let module = |text: &str| {
            let wasm = found(text, "_bg.wasm").find(there).map(absolute);
            let mut script = found(text, ".js").filter(|name| !name.contains("snippets/"));
            (script.find(there).map(absolute), wasm)
        };
        let (script, wasm) = module(&text);
        let other = |name: &str| match module(&read(&folder.join(name).join("index.html"))) {
            (Some(script), Some(wasm)) => Some((script, wasm)),
            _ => None,
        };
        Self {
            folder: folder.to_path_buf(),
            wasm,
            script,
            rooms: other("rooms"),
            answers: other("answers"),
            styles: once(found(&text, ".css").filter(there)),
            fonts: once(found(&text, ".woff2").filter(there)),
            icon: found(&text, ".svg").filter(|name| name.contains("icon")).find(there).map(absolute),
        }
    }

    /// Loader and module by the browser module.
    pub fn module(&self, module: Module) -> Option<(String, String)> {
        match module {
            Module::Front => self.script.clone().zip(self.wasm.clone()),
            Module::Rooms => self.rooms.clone(),
            Module::Answers => self.answers.clone(),
        }
    }

    /// Whether pages can come alive in the browser.
    pub fn is_complete(&self) -> bool {
        [Module::Front, Module::Rooms, Module::Answers].into_iter().all(|module| self.module(module).is_some())
    }
}

fn read(page: &Path) -> String {
    std::fs::read_to_string(page).unwrap_or_default()
}

/// Everything that may be the name of a file here, quoted or not, because Trunk takes quotes away where it can.
fn references(html: &str) -> impl Iterator<Item = &str> {
    html.split(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)))
        .filter(|text| !text.is_empty() && !text.contains("..") && !text.starts_with("//"))
}

fn found<'a>(html: &'a str, suffix: &'static str) -> impl Iterator<Item = &'a str> {
    references(html).filter(move |name| name.ends_with(suffix))
}

fn once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.map(absolute).fold(Vec::new(), |mut list, name| {
        if !list.contains(&name) {
            list.push(name);
        }
        list
    })
}

fn absolute(name: &str) -> String {
    format!("/{}", name.trim_start_matches("./").trim_start_matches('/'))
}

/// Whether a file's name holds a hash of its content, so that it may be cached for ever: the last piece before the
/// extensions has eight or more hexadecimal digits.
pub fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches("_bg");
    let hash = stem.rsplit('-').next().unwrap_or_default();
    hash.len() >= 8 && hash.len() < stem.len() && hash.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_the_index() {
        let folder = std::env::temp_dir().join(format!("bonghwa-bundle-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(Bundle::read(&folder), Bundle { folder: folder.clone(), ..Bundle::default() });
        let html = "<link rel=stylesheet href=/ui-0123456789abcdef.css integrity=sha384-x/y+z>\
                    <link href=/fonts/Sans-0123abcd.woff2 as=font rel=preload><link rel=icon href=\"/icon-0123.svg\">\
                    <script type=\"module\">import init, * as bindings from '/app-0011223344556677.js';\
                    const wasm = await init({ module_or_path: '/app-0011223344556677_bg.wasm' });</script>\
                    <link rel=\"modulepreload\" href=\"/app-0011223344556677.js\"><script src=\"/gone-1.js\"></script>";
        std::fs::write(folder.join("index.html"), html).unwrap();
        std::fs::create_dir_all(folder.join("fonts")).unwrap();
        let app = "app-0011223344556677";
        for name in ["ui-0123456789abcdef.css", "fonts/Sans-0123abcd.woff2", "icon-0123.svg"] {
            std::fs::write(folder.join(name), "x").unwrap();
        }
        for end in [".js", "_bg.wasm"] {
            std::fs::write(folder.join(format!("{app}{end}")), "x").unwrap();
        }
        let bundle = Bundle::read(&folder);
        assert_eq!(bundle.script.as_deref(), Some("/app-0011223344556677.js"));
        assert_eq!(bundle.wasm.as_deref(), Some("/app-0011223344556677_bg.wasm"));
        assert_eq!(bundle.styles, ["/ui-0123456789abcdef.css"]);
        assert_eq!(bundle.fonts, ["/fonts/Sans-0123abcd.woff2"]);
        assert_eq!(bundle.icon.as_deref(), Some("/icon-0123.svg"));
        for (module, name) in [(Module::Rooms, "rooms"), (Module::Answers, "answers")] {
            let bundle = Bundle::read(&folder);
            assert!(!bundle.is_complete(), "{name} is missing");
            assert_eq!(bundle.module(module), None);
            let app = format!("{name}/app-8899aabbccddeeff");
            std::fs::create_dir_all(folder.join(name)).unwrap();
            for end in [".js", "_bg.wasm"] {
                std::fs::write(folder.join(format!("{app}{end}")), "x").unwrap();
            }
            let html = format!("<script>import '/{app}.js'; init('/{app}_bg.wasm')</script>");
            std::fs::write(folder.join(name).join("index.html"), html).unwrap();
            let found = Bundle::read(&folder).module(module);
            assert_eq!(found, Some((format!("/{app}.js"), format!("/{app}_bg.wasm"))));
        }
        let bundle = Bundle::read(&folder);
        let front = bundle.module(Module::Front).map(|(script, _)| script);
        assert_eq!(front.as_deref(), Some("/app-0011223344556677.js"));
        assert!(bundle.is_complete());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_hashed_names_last_for_ever() {
        for name in ["/app-0011223344556677.js", "app-0011223344556677_bg.wasm", "/css/ui-0123456789abcdef.css"] {
            assert!(is_hashed(name), "{name}");
        }
        for name in ["/", "/index.html", "/fonts/BonghwaSans-Regular.ttf", "/deadbeef.js", "/app-12.js", "/sw.js"] {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
