//! Rebuild when the catalogue changes: it is compiled into the binary.

fn main() {
    println!("cargo::rerun-if-changed=models/catalog");
}
