//! Writes the list of groups from the dependencies of this package.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use toml::{Table, Value};

#[expect(clippy::disallowed_methods, reason = "so Cargo tells a build script where to write")]
fn main() -> Result<(), Box<dyn Error>> {
    let manifest = read(Path::new("Cargo.toml"))?;
    let dependencies = manifest["dependencies"].as_table().ok_or("dependencies is no table")?;
    let mut list = String::from("/// All groups, by name.\npub const GROUPS: &[Group] = &[\n");
    let mut mocked = String::from(
        "/// The operations of each group with checks in place of handlers, by its name.\n\
         pub const MOCKED: &[fn() -> Routes] = &[\n",
    );
    for (name, dependency) in dependencies {
        let Some(path) = dependency.get("path").and_then(Value::as_str) else { continue };
        let manifest = read(&Path::new(path).join("Cargo.toml"))?;
        let description = manifest["package"].get("description").and_then(Value::as_str);
        let description = description
            .ok_or_else(|| format!("functions/{name}/Cargo.toml needs a `description`"))?;
        let library = name.replace('-', "_");
        writeln!(
            list,
            "    Group {{ name: {name:?}, description: {description:?}, \
             routes: {library}::routes }},"
        )?;
        writeln!(mocked, "    {library}::mocked_routes,")?;
    }
    list += "];\n";
    list += &mocked;
    list += "];\n";
    fs::write(Path::new(&env::var("OUT_DIR")?).join("groups.rs"), list)?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is how a build script talks to Cargo")]
fn read(manifest: &Path) -> Result<Table, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", manifest.display());
    Ok(fs::read_to_string(manifest)?.parse()?)
}
