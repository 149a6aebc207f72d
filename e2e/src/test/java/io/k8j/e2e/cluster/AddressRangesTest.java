package io.k8j.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AddressRangesTest {
    @Test
    void rangesWithRoutesAreLeftOut() {
        int free = AddressRanges.pick("seed", List.of());
        assertThat(free).isBetween(60, 248).isEven();
        for (int taken : new int[] {free, free + 1}) {
            String route = "bridge\t0000%02X0A\t00000000\t0001".formatted(taken);
            assertThat(AddressRanges.pick("seed", List.of("Iface\tDestination", route)))
                    .isNotEqualTo(free)
                    .isBetween(60, 248);
        }
    }

    @Test
    void othersRoutesDoNotMatter() {
        int free = AddressRanges.pick("seed", List.of());
        assertThat(AddressRanges.pick(
                        "seed", List.of("eth0\t00000000\t0100A8C0", "eth0\t0000%02XAC\t0".formatted(free))))
                .isEqualTo(free);
    }
}
