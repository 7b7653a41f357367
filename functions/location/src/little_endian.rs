//! Numbers in our files of data, the lowest byte first.

/// A number of so many bytes.
pub(crate) const fn number(data: &[u8], begin: usize, length: usize) -> usize {
    let (mut number, mut place) = (0, length);
    while place > 0 {
        place -= 1;
        number = number << 8 | data[begin + place] as usize;
    }
    number
}
