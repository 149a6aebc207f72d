package io.k8j.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ZerosAheadTest {
    private static final long MEGABYTE = 1 << 20;

    /** Where zeros reach when all that are wanted are written. */
    private static long reach(ZerosAhead zeros, long end) {
        long size = end;
        for (int next = zeros.next(end, size); next > 0; next = zeros.next(end, size)) {
            assertThat(next).isLessThanOrEqualTo(64 << 10);
            assertThat(ZerosAhead.of(next).remaining()).isEqualTo(next);
            size += next;
        }
        assertThat(zeros.wanted(end, size)).isFalse();
        return size;
    }

    @Test
    void aSmallLogHasNoneAndALargeOneFourMegabytes() {
        var zeros = new ZerosAhead(32 * MEGABYTE);
        assertThat(reach(zeros, 42)).isEqualTo(42);
        assertThat(reach(zeros, (64 << 10) - 1)).isEqualTo((64 << 10) - 1);
        assertThat(reach(zeros, 64 << 10)).isEqualTo(128 << 10);
        assertThat(reach(zeros, MEGABYTE)).isEqualTo(MEGABYTE * 3 / 2);
        assertThat(reach(zeros, 100 * MEGABYTE)).isEqualTo(104 * MEGABYTE);
    }

    @Test
    void pagesAreWhole() {
        assertThat(reach(new ZerosAhead(32 * MEGABYTE), 1_234_567) % 4_096).isZero();
        assertThat(reach(new ZerosAhead(0), 100)).isEqualTo(4_096);
    }

    @Test
    void newOnesAreWantedWhenHalfAreUsed() {
        var zeros = new ZerosAhead(32 * MEGABYTE);
        long size = reach(zeros, 40 * MEGABYTE);
        assertThat(zeros.wanted(42 * MEGABYTE, size)).isFalse();
        assertThat(zeros.wanted(42 * MEGABYTE + 1, size)).isTrue();
        assertThat(zeros.wanted(50 * MEGABYTE, 50 * MEGABYTE)).isTrue();
    }
}
