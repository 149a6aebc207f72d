package io.k8j.controllers.ttl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeTtlControllerTest {
    @ParameterizedTest(name = "at level {0}, {1} nodes mean level {2}")
    @CsvSource({"0,0,0", "0,100,0", "0,101,1", "1,95,1", "1,89,0", "0,5000,4", "4,1800,4", "4,3,0"})
    void levelsChangeOnlyWhenTheirLimitsArePassed(int level, int nodes, int next) {
        assertThat(NodeTtlController.next(level, nodes)).isEqualTo(next);
    }
}
