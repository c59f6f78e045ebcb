use std::time::Duration;

use super::*;

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bonghwa-settings-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.0.join(FILE_NAME);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn variables(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(key, value)| ((*key).to_string(), (*value).to_string())).collect()
}

fn read(text: &str, environment: &[(&str, &str)], flags: Flags) -> Result<Loaded, SettingsError> {
    let name: String =
        format!("{:x}", text.len() * 31 + environment.len() + text.bytes().map(usize::from).sum::<usize>());
    let scratch = Scratch::new(&name);
    let config = Some(scratch.file(text));
    let mut environment = variables(environment);
    environment.push(("HOME".into(), "/home/someone".into()));
    Loaded::read(&Flags { config, ..flags }, &environment)
}

fn message(text: &str, environment: &[(&str, &str)]) -> String {
    read(text, environment, Flags::default()).unwrap_err().to_string()
}

#[test]
fn defaults_hold_without_a_file() {
    let home = Scratch::new("none");
    let environment = variables(&[("HOME", home.0.to_str().unwrap())]);
    let loaded = Loaded::read(&Flags::default(), &environment).unwrap();
    assert!(loaded.file.is_none());
    assert_eq!(loaded.data, home.0.join(".local/share/bonghwa"));
    assert!(loaded.settings.listen.ip().is_loopback());
    assert_eq!(loaded.settings.limits.compressed_bytes, 4 << 20);
    assert_eq!(loaded.settings.limits.decompressed_bytes, 20 << 20);
}

#[test]
fn the_sample_holds_every_key_at_its_default() {
    let sample = include_str!("../../bonghwa.sample.toml");
    let settings: Settings = toml::from_str(sample).unwrap();
    let mut expected = Settings::default();
    // The sample shows the two optional paths commented out, because their defaults depend on the machine.
    (expected.data, expected.regions) = (None, None);
    assert_eq!(settings, expected);
    let written = toml::Table::try_from(&expected).unwrap();
    let shown: toml::Table = sample.parse().unwrap();
    for (key, value) in &written {
        assert!(shown.contains_key(key), "{key} is not in the sample");
        if let (Some(inner), Some(toml::Value::Table(there))) = (value.as_table(), shown.get(key)) {
            for key in inner.keys() {
                assert!(there.contains_key(key), "{key} is not in the sample");
            }
        }
    }
}

#[test]
fn environment_wins_over_the_file_and_flags_over_both() {
    let file = "listen = \"127.0.0.1:1001\"\n[limits]\nratio = 7\nroutes = 8\n";
    let environment = [("BONGHWA_LISTEN", "127.0.0.1:1002"), ("BONGHWA_LIMITS_RATIO", "9")];
    let loaded = read(file, &environment, Flags::default()).unwrap();
    assert_eq!(loaded.settings.listen.port(), 1002);
    assert_eq!((loaded.settings.limits.ratio, loaded.settings.limits.routes), (9, 8));
    let flags = Flags { listen: Some("127.0.0.1:1003".parse().unwrap()), ..Flags::default() };
    assert_eq!(read(file, &environment, flags).unwrap().settings.listen.port(), 1003);
}

#[test]
fn runbooks_lie_beside_the_file_unless_a_variable_or_a_flag_says_otherwise() {
    let file = "[runbooks]\ndir = \"books\"\n";
    let dir = |environment: &[(&str, &str)], flags: Flags| {
        read(file, environment, flags).unwrap().settings.runbooks.dir.unwrap_or_default()
    };
    let beside = dir(&[], Flags::default());
    assert!(beside.is_absolute() && beside.ends_with("books"), "{}", beside.display());
    assert_eq!(dir(&[("BONGHWA_RUNBOOKS_DIR", "/v")], Flags::default()), PathBuf::from("/v"));
    let flags = Flags { runbooks: Some("/f".into()), ..Flags::default() };
    assert_eq!(dir(&[("BONGHWA_RUNBOOKS_DIR", "/v")], flags), PathBuf::from("/f"));
    let text = message("[runbooks]\nfolder = \"books\"\n", &[]);
    assert!(text.contains("bonghwa.toml:2: ") && text.contains("`folder`"), "{text}");
}

#[test]
fn a_wrong_key_is_named_with_its_file_and_line() {
    let text = message("listen = \"127.0.0.1:1\"\n\n[limits]\nration = 3\n", &[]);
    assert!(text.contains("bonghwa.toml:4: ") && text.contains("`ration`"), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[test]
fn a_wrong_value_is_named_with_its_line() {
    for (text, line) in [
        ("listen = \"nowhere\"\n", 1),
        ("\nidentity = \"fingerprint\"\n", 2),
        ("[retention]\nminute = \"two days\"\n", 2),
        ("[retention]\nhour = 5\n", 2),
        ("listen = \n", 1),
    ] {
        let shown = message(text, &[]);
        assert!(shown.contains(&format!("bonghwa.toml:{line}: ")), "{text:?} gave {shown}");
    }
}

#[test]
fn every_value_of_the_file_has_a_variable() {
    fn names(prefix: &str, value: &toml::Value, out: &mut Vec<String>) {
        match value {
            toml::Value::Table(fields) => {
                for (key, value) in fields {
                    names(&format!("{prefix}_{}", key.to_uppercase()), value, out);
                }
            }
            // Tables one after the other stand in the file only.
            toml::Value::Array(items) if items.iter().all(toml::Value::is_table) => {}
            _ => out.push(prefix.to_owned()),
        }
    }
    let mut all = Vec::new();
    names("BONGHWA", &toml::Value::try_from(Settings::default()).unwrap(), &mut all);
    assert!(all.contains(&"BONGHWA_ANSWERS_KEEP".to_owned()) && all.len() > 35, "{all:?}");
    for name in all {
        if let Err(error) = environment::apply(&mut Settings::default(), &variables(&[(&name, "x")])) {
            assert!(!error.to_string().contains("no such setting"), "{error}");
        }
    }
}

#[test]
fn a_wrong_variable_is_named() {
    let text = message("", &[("BONGHWA_LISSEN", "x")]);
    assert!(text.contains("BONGHWA_LISSEN") && text.contains("no such setting"), "{text}");
    let text = message("", &[("BONGHWA_LIMITS_RATIO", "many")]);
    assert!(text.contains("BONGHWA_LIMITS_RATIO") && text.contains("\"many\""), "{text}");
}

#[test]
fn values_that_cannot_work_are_refused() {
    let text = message("default_region = \"atlantis\"\n", &[]);
    assert!(text.contains("`default_region`") && text.contains("seoul"), "{text}");
    let text = message("[limits]\nratio = 0\n", &[]);
    assert!(text.contains("`limits.ratio`"), "{text}");
    let text = message("[retention]\nminute = \"5m\"\n", &[]);
    assert!(text.contains("`retention.minute`") && text.contains("2h"), "{text}");
}

#[test]
fn regions_are_checked() {
    assert_eq!(bundled_regions().len(), 17);
    assert_eq!(bundled_regions(), parse_regions("r", BUNDLED_REGIONS).unwrap());
    let region = |code: &str| {
        format!(
            "[[region]]\ncode = {code:?}\nko = \"가\"\nen = \"A\"\nofficial_ko = \"가\"\nofficial_en = \"A\"\nrow = 1\ncolumn = 1\n"
        )
    };
    assert_eq!(parse_regions("r", &region("a-1")).unwrap().len(), 1);
    for text in [region("Seoul"), region(""), region("a") + &region("a"), String::new(), region("a") + "colour = 1\n"] {
        assert!(parse_regions("r", &text).is_err(), "{text}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let flags = Flags { config: Some("/nowhere/b.toml".into()), ..Flags::default() };
    let text = Loaded::read(&flags, &variables(&[("HOME", "/h")])).unwrap_err().to_string();
    assert!(text.contains("/nowhere/b.toml"), "{text}");
}

#[test]
fn models_are_named_with_a_key_from_a_file_or_the_environment() {
    let own = "name = \"own-one\"\nkind = \"anthropic\"\nurl = \"https://a.example\"\nmodel = \"m\"\n";
    let text = format!("[model]\nclass = \"O\"\n[[model.providers]]\n{own}");
    let environment = [("BONGHWA_MODEL_OWN_ONE_KEY", "secret"), ("BONGHWA_MODEL_CLASS", "S")];
    let loaded = read(&text, &environment, Flags::default()).unwrap();
    let model = &loaded.settings.model;
    assert_eq!((model.class, model.providers[0].key.as_ref().unwrap().expose()), (DataClass::S, "secret"));
    assert!(!format!("{loaded:?}").contains("secret"), "a key is not printed");
    assert!(message(&text, &[("BONGHWA_MODEL_OTHER_KEY", "x")]).contains("BONGHWA_MODEL_OTHER_KEY"));
    assert!(message(&text, &[("BONGHWA_MODEL_CLASS", "X")]).contains("give C, S or O"));
    assert!(message(&format!("{text}key_file = \"nowhere\"\n"), &[]).contains("nowhere"));
    assert!(message(&format!("{text}modell = 1\n"), &[]).contains("`modell`"));
    assert!(message("[model.prompts]\nphrase = \"9\"\n", &[]).contains("`model.prompts.phrase`"));
}

#[test]
fn edges_elsewhere_need_an_address_with_a_key_or_a_file() {
    let text = "[edges]\nbusan = { url = \"https://b.example/\", key = \"k\", every = \"10s\" }\njeju = { file = \"j.frames\" }\n";
    let loaded = read(text, &[("BONGHWA_EDGES_BUSAN_KEY", "other")], Flags::default()).unwrap();
    let busan = Origin::Remote { url: "https://b.example".into(), key: "other".into(), every: Duration::from_secs(10) };
    assert_eq!(loaded.origins.get("busan"), Some(&busan), "the variable wins, the slash is gone");
    assert!(matches!(loaded.origins.get("jeju"), Some(Origin::File(path)) if path.ends_with("j.frames")));
    assert!(!format!("{loaded:?}").contains("other"), "a key is not printed");
    for (edge, part) in [
        ("busan = { url = \"https://b.example\" }", "needs its key"),
        ("busan = { url = \"b.example\", key = \"k\" }", "https://"),
        ("busan = { url = \"https://b.example\", key = \"a b\" }", "characters"),
        ("busan = { file = \"f\", key = \"k\" }", "either url"),
        ("busan = { }", "either url"),
        ("busan = { url = \"https://b.example\", key = \"k\", every = \"2h\" }", "1s to 1h"),
        ("atlantis = { file = \"f\" }", "no such region"),
        ("busan = { address = \"f\" }", "address"),
    ] {
        let message = message(&format!("[edges]\n{edge}\n"), &[]);
        assert!(message.contains(part), "{edge}: {message}");
    }
}
