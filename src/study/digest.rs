//! Digests of files and of the inputs of a point.

/// Hexadecimal digits of a digest: 128 bits.
const DIGITS: usize = 32;

/// Returns the first 128 bits of the BLAKE3 hash, in hexadecimal.
pub fn digest(bytes: impl AsRef<[u8]>) -> String {
    let mut hex = blake3::hash(bytes.as_ref()).to_hex().to_string();
    hex.truncate(DIGITS);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_blake3() {
        // The empty input of the published test vectors.
        assert_eq!(digest(""), "af1349b9f5f9a1a6a0404dea36dcc949");
    }
}
