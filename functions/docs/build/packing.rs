//! Brotli and gzip, each at its best: it is done once and sent often.

use std::io::{Read as _, Write as _};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

pub(crate) fn brotli(content: &[u8]) -> Vec<u8> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters).expect("memory takes it");
    packed
}

pub(crate) fn unpack_brotli(packed: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    brotli::Decompressor::new(packed, 65_536).read_to_end(&mut content).expect("the file is whole");
    content
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
