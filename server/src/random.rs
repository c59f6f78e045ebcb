//! Random bytes from the operating system.

/// The operating system gave none.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random numbers ({0}); check that /dev/urandom can be read")]
pub struct RandomError(String);

/// `N` random bytes, fit for keys.
pub fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| RandomError(error.to_string()))?;
    Ok(bytes)
}
