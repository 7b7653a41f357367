//! What functions use of the system's `libm`, so that a start need not load that library: opening,
//! mapping and relocating it takes 5 % of a cold start.

#![expect(unsafe_code, reason = "symbols get the names of C functions, whose types they have")]

/// The SDK's adaptive retries call it. They are off.
#[unsafe(no_mangle)]
extern "C" fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// Distances between points need it.
#[unsafe(no_mangle)]
extern "C" fn sin(angle: f64) -> f64 {
    libm::sin(angle)
}

/// The side of the nearest border of a subdivision needs it.
#[unsafe(no_mangle)]
extern "C" fn cos(angle: f64) -> f64 {
    libm::cos(angle)
}

/// The trees of areas and boundaries need it.
#[unsafe(no_mangle)]
extern "C" fn logf(value: f32) -> f32 {
    libm::logf(value)
}
