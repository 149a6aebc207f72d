package io.k8j.controllers.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestsTest {
    @Test
    void manyObjectsRestInProportionFewNotToSpeakOf() {
        assertThat(Rests.after(20).toMillis()).isZero();
        assertThat(Rests.after(5000)).isEqualTo(Duration.ofMillis(200));
        assertThat(Rests.after(1_000_000)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void whoIsBehindIsNotHeldUp() {
        assertThat(Rests.whileBehind(20).toMillis()).isZero();
        assertThat(Rests.whileBehind(5000)).isEqualTo(Duration.ofMillis(20));
    }
}
