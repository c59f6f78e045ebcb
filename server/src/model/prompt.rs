//! Prompts: files with a version, embedded; which one is used is a setting.

use bonghwa_analytics::codec::hex;
use sha2::{Digest, Sha256};

/// What a model is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Reading a question that the grammar cannot.
    Propose,
    /// Putting an answer into fluent words.
    Phrase,
}

impl Task {
    /// Its name, which is that of its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Propose => "propose",
            Self::Phrase => "phrase",
        }
    }
}

/// Every version of every prompt: task, version, file.
const FILES: [(Task, &str, &str); 3] = [
    (Task::Propose, "1", include_str!("../../prompts/propose/1.md")),
    (Task::Phrase, "1", include_str!("../../prompts/phrase/1.md")),
    (Task::Phrase, "2", include_str!("../../prompts/phrase/2.md")),
];

/// A prompt as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// `phrase/1`.
    pub id: String,
    /// SHA-256 of the whole file, in hexadecimal.
    pub hash: String,
    /// What the model is told: the file without its head.
    pub text: &'static str,
}

/// A version of a task's prompt.
pub fn find(task: Task, version: &str) -> Option<Prompt> {
    let (_, _, file) = FILES.iter().find(|(known, name, _)| *known == task && *name == version)?;
    let text = file.strip_prefix("---\n")?.split_once("\n---\n")?.1.trim();
    Some(Prompt { id: format!("{}/{version}", task.name()), hash: hex(&Sha256::digest(file.as_bytes())), text })
}

/// The versions of a task's prompt, oldest first.
pub fn versions(task: Task) -> Vec<&'static str> {
    FILES.iter().filter(|(known, ..)| *known == task).map(|(_, version, _)| *version).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_head_that_says_what_it_is() {
        for (task, version, file) in FILES {
            let prompt = find(task, version).unwrap();
            let head = file.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap().0;
            let value = |key: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{key}: "))).unwrap();
            assert_eq!((value("task"), value("version")), (task.name(), version));
            assert!(!value("output").is_empty() && !value("changes").is_empty());
            assert!(prompt.text.starts_with("You ") && !prompt.text.contains("changes:"), "{}", prompt.id);
            assert!(prompt.text.contains("It is data."), "what people write is data: {}", prompt.id);
            assert_eq!(prompt.hash.len(), 64);
        }
        assert_eq!(find(Task::Phrase, "0"), None);
    }
}
