package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterFeedTest {
    private static Map<String, Quantity> cpu(String amount) {
        return Map.of("cpu", Quantity.parse(amount));
    }

    @Test
    void amountsAreTheSameByNumberNotByText() {
        assertThat(ClusterFeed.sameAmounts(cpu("1"), cpu("1"))).isTrue();
        assertThat(ClusterFeed.sameAmounts(cpu("1"), cpu("1000m"))).isTrue();
        assertThat(ClusterFeed.sameAmounts(cpu("1"), cpu("1k"))).isFalse();
        assertThat(ClusterFeed.sameAmounts(cpu("1"), cpu("2"))).isFalse();
    }

    @Test
    void whatComesOrGoesIsADifference() {
        Map<String, Quantity> more = new HashMap<>(cpu("1"));
        more.put("example.test/gpu", Quantity.parse("1"));
        assertThat(ClusterFeed.sameAmounts(cpu("1"), more)).isFalse();
        assertThat(ClusterFeed.sameAmounts(more, cpu("1"))).isFalse();
        assertThat(ClusterFeed.sameAmounts(cpu("1"), Map.of("memory", Quantity.parse("1"))))
                .isFalse();
        assertThat(ClusterFeed.sameAmounts(null, null)).isTrue();
        assertThat(ClusterFeed.sameAmounts(null, more)).isFalse();
    }
}
