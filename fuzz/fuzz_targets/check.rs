//! Any files as a plan: compiled, and what is wrong with it said in every format.

#![no_main]

use dtpc_fuzz::{exercise, mutation};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|input: &[u8]| exercise::check(input));
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutation::mutate(data, size, max_size, seed)
});
