//! Randomness that is the same each time, so that what a fuzzer finds happens again.

pub struct World;

impl World {
    pub fn system() -> World {
        World
    }

    pub fn random<const N: usize>(&self) -> [u8; N] {
        [7; N]
    }
}
