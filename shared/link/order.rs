//! The build script of each function: hands the linker the order of `order.ld`.
//!
//! Only to Zig's linker, by which cargo-lambda links what is deployed, since others may not read
//! such a script. `LINK_ORDER=none` leaves the order of the compiler, for profilers that look for
//! names in `.text` alone.

use std::{env, path::PathBuf};

/// Called by the build scripts of those functions that have their own.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "so a build script and Cargo talk to each other"
)]
pub fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it"));
    let order = here.join("../../shared/link/order.ld");
    let order = order.display();
    let target = env::var("TARGET").expect("Cargo sets it").to_uppercase().replace('-', "_");
    println!("cargo::rerun-if-changed={order}");
    println!("cargo::rerun-if-env-changed=LINK_ORDER");
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_{target}_LINKER");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|set| set == value);
    let is_zig = env::var("RUSTC_LINKER").is_ok_and(|linker| linker.contains("zigcc"));
    if is_zig && is("PROFILE", "release") && !is("LINK_ORDER", "none") {
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{order}");
    }
}
