//! A set of methods as bits.

const WORDS: usize = MethodBits::CAPACITY / 64;

/// A method's place in the catalogue of this run; never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MethodId(pub(super) u16);

impl MethodId {
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A set of methods; copying it allocates nothing, asking it is one bit test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct MethodBits([u64; WORDS]);

impl MethodBits {
    /// How many methods a server can have at most.
    pub const CAPACITY: usize = 512;

    /// Adds a method.
    pub fn insert(&mut self, method: MethodId) {
        self.0[method.index() / 64] |= 1 << (method.index() % 64);
    }

    /// Whether the method is in it.
    pub fn contains(&self, method: MethodId) -> bool {
        self.0[method.index() / 64] & (1 << (method.index() % 64)) != 0
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(mut self, other: &MethodBits) -> MethodBits {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine &= theirs);
        self
    }

    /// What is in either.
    #[must_use]
    pub fn union(mut self, other: &MethodBits) -> MethodBits {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine |= theirs);
        self
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

impl FromIterator<MethodId> for MethodBits {
    fn from_iter<I: IntoIterator<Item = MethodId>>(methods: I) -> MethodBits {
        let mut bits = MethodBits::default();
        methods.into_iter().for_each(|method| bits.insert(method));
        bits
    }
}
