package io.k8j.test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class PatienceTest {
    /** The time between two looks has to be shorter than the whole, which this error names. */
    @Test
    void everyTestWaitsAMinute() {
        assertThatThrownBy(
                        () -> await().pollDelay(Patience.LONGEST.plusMillis(1)).until(() -> true))
                .hasMessageStartingWith("Timeout (1 minutes) must be greater than the poll delay");
    }
}
