//! The data folder: one process at a time, and the fleet key that identities are hashed with.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use bonghwa_analytics::codec::{hex, unhex};
use bonghwa_analytics::identity::FleetKey;
use bonghwa_file::SigningKey;

use crate::random;

const LOCK_FILE: &str = "bonghwa.lock";
const FLEET_KEY_FILE: &str = "fleet.key";
const SIGNING_KEY_FILE: &str = "signing.key";

/// A data folder that this process alone may use, as long as this value lives.
pub struct Folder {
    path: PathBuf,
    lock: File,
}

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be made, read or written.
    #[error("the data folder {0} cannot be used ({1}); give this user write access or choose another with --data")]
    Access(PathBuf, std::io::Error),
    /// Another process has it.
    #[error("the data folder {path} is in use by another bonghwa{}; stop that one or choose another with --data", at(.url.as_ref()))]
    Locked {
        /// The folder.
        path: PathBuf,
        /// Where the other one answers, if it is a server.
        url: Option<String>,
    },
    /// The signing key is damaged.
    #[error(
        "{0} does not hold a signing key of 64 hexadecimal digits; restore it from a copy, or move it away to begin anew (readers then see another signer)"
    )]
    SigningKey(PathBuf),
    /// The fleet key is damaged.
    #[error(
        "{0} does not hold a fleet key of 32 hexadecimal digits; restore it from a copy, or move it away to begin anew (counts of users before and after cannot be combined)"
    )]
    FleetKey(PathBuf),
    /// There is another fleet key.
    #[error("{0} holds another fleet key, and data was counted with it; choose an empty data folder with --data")]
    FleetKeySet(PathBuf),
    /// No random numbers for a new fleet key.
    #[error(transparent)]
    Random(#[from] random::RandomError),
}

fn at(url: Option<&String>) -> String {
    url.map(|url| format!(" at {url}")).unwrap_or_default()
}

impl Folder {
    /// Makes the folder if it is not there, and locks it. The operating system lets go of the lock when the process
    /// ends, however it ends.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let access = |error| FolderError::Access(path.to_path_buf(), error);
        std::fs::create_dir_all(path).map_err(access)?;
        let mut lock = private_file_kept(&path.join(LOCK_FILE)).map_err(access)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut url = String::new();
                // Whoever holds the lock may not have written its address yet, which is no reason to fail differently.
                let _ = lock.read_to_string(&mut url);
                let url = Some(url.trim().to_string()).filter(|url| !url.is_empty());
                return Err(FolderError::Locked { path: path.to_path_buf(), url });
            }
            Err(TryLockError::Error(error)) => return Err(access(error)),
        }
        lock.set_len(0).map_err(access)?;
        Ok(Self { path: path.to_path_buf(), lock })
    }

    /// Where the server that holds a folder answers; `None` if none does.
    pub fn server(path: &Path) -> Option<String> {
        match path.join(LOCK_FILE).is_file().then(|| Self::open(path)) {
            Some(Err(FolderError::Locked { url, .. })) => url,
            _ => None,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes where this server answers, for commands that find the folder locked.
    pub fn announce(&mut self, url: &str) -> Result<(), FolderError> {
        let write = |lock: &mut File| {
            lock.set_len(0)?;
            lock.rewind()?;
            lock.write_all(url.as_bytes())?;
            lock.flush()
        };
        write(&mut self.lock).map_err(|error| FolderError::Access(self.path.clone(), error))
    }

    /// The 128-bit key that identities are hashed with: made once, then kept.
    pub fn fleet_key(&self) -> Result<FleetKey, FolderError> {
        if let Some((key, _)) = read_fleet_key(&self.path)? {
            return Ok(key);
        }
        let key = random::bytes::<16>()?;
        self.write_secret(FLEET_KEY_FILE, &hex(&key))?;
        Ok(FleetKey::new(key))
    }

    /// The key that exported files are signed with: made once, then kept.
    pub fn signing_key(&self) -> Result<SigningKey, FolderError> {
        if let Some(key) = signing_key(&self.path)? {
            return Ok(key);
        }
        let seed = random::bytes::<32>()?;
        self.write_secret(SIGNING_KEY_FILE, &hex(&seed))?;
        Ok(SigningKey::from_bytes(&seed))
    }

    /// Takes over the fleet key of another installation. A folder that has another key keeps it: what was counted with
    /// it could not be combined any more.
    pub fn set_fleet_key(&self, text: &str) -> Result<(), FolderError> {
        let path = self.path.join(FLEET_KEY_FILE);
        let key = FleetKey::from_hex(text).ok_or_else(|| FolderError::FleetKey(path.clone()))?;
        match read_fleet_key(&self.path)? {
            Some((known, _)) if known == key => Ok(()),
            Some(_) => Err(FolderError::FleetKeySet(path)),
            None => self.write_secret(FLEET_KEY_FILE, text),
        }
    }

    fn write_secret(&self, name: &str, text: &str) -> Result<(), FolderError> {
        let access = |error| FolderError::Access(self.path.clone(), error);
        let path = self.path.join(name);
        let fresh = path.with_extension("key.new");
        let mut file = private_file(&fresh).map_err(access)?;
        file.write_all(text.as_bytes()).map_err(access)?;
        file.sync_all().map_err(access)?;
        std::fs::rename(&fresh, &path).map_err(access)
    }
}

/// The fleet key of a data folder, 32 hexadecimal digits.
pub fn fleet_key_text(data: &Path) -> Result<String, FolderError> {
    if let Some((_, text)) = read_fleet_key(data)? {
        return Ok(text);
    }
    Folder::open(data)?.fleet_key()?;
    Ok(read_fleet_key(data)?.map(|(_, text)| text).unwrap_or_default())
}

fn read_fleet_key(data: &Path) -> Result<Option<(FleetKey, String)>, FolderError> {
    let path = data.join(FLEET_KEY_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let text = text.trim().to_owned();
            FleetKey::from_hex(&text).map(|key| Some((key, text))).ok_or(FolderError::FleetKey(path))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(FolderError::FleetKey(path)),
        Err(error) => Err(FolderError::Access(data.to_path_buf(), error)),
    }
}

/// The signing key of a data folder, if one was made.
pub fn signing_key(data: &Path) -> Result<Option<SigningKey>, FolderError> {
    let path = data.join(SIGNING_KEY_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            unhex(text.trim()).map(|seed| Some(SigningKey::from_bytes(&seed))).ok_or(FolderError::SigningKey(path))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(FolderError::SigningKey(path)),
        Err(error) => Err(FolderError::Access(data.to_path_buf(), error)),
    }
}

/// A new file that only this user may read and write; replaces one of the same name.
pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private(OpenOptions::new().read(true).write(true).create_new(true)).open(path)
}

fn private_file_kept(path: &Path) -> std::io::Result<File> {
    private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("bonghwa-folder-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn one_at_a_time() {
        let path = scratch("lock");
        let mut first = Folder::open(&path).unwrap();
        first.announce("http://127.0.0.1:8080").unwrap();
        let Err(FolderError::Locked { url, .. }) = Folder::open(&path) else { panic!("opened twice") };
        assert_eq!(url.as_deref(), Some("http://127.0.0.1:8080"));
        drop(first);
        Folder::open(&path).unwrap();
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn the_fleet_key_is_made_once() {
        let path = scratch("key");
        let folder = Folder::open(&path).unwrap();
        let key = folder.fleet_key().unwrap();
        assert_ne!(key, FleetKey::new([0; 16]));
        assert_eq!(folder.fleet_key().unwrap(), key);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(path.join(FLEET_KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        for wrong in ["", "xyz", "0123456789abcdef0123456789abcde", "+123456789abcdef0123456789abcdef"] {
            std::fs::write(path.join(FLEET_KEY_FILE), wrong).unwrap();
            assert!(matches!(folder.fleet_key(), Err(FolderError::FleetKey(_))), "{wrong:?}");
        }
        std::fs::write(path.join(FLEET_KEY_FILE), [0xff, 0xfe, 0x00]).unwrap();
        assert!(matches!(folder.fleet_key(), Err(FolderError::FleetKey(_))));
        let signing = folder.signing_key().unwrap();
        assert_eq!(folder.signing_key().unwrap().to_bytes(), signing.to_bytes());
        std::fs::write(path.join(SIGNING_KEY_FILE), "0123").unwrap();
        assert!(matches!(folder.signing_key(), Err(FolderError::SigningKey(_))));
        drop(folder);
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let path = scratch("file");
        std::fs::write(&path, "a file where the folder should be").unwrap();
        let Err(error) = Folder::open(&path) else { panic!("a file was taken for a folder") };
        assert!(error.to_string().contains(path.to_str().unwrap()));
        std::fs::remove_file(path).unwrap();
    }
}
