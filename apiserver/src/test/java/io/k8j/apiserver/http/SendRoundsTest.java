package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendRoundsTest {
    @Test
    void fewStreamsSendOftenAndManySeldomButNoneWaitsLong() {
        assertThat(SendRounds.pause(0)).isEqualTo(SendRounds.EVERY_NANOS);
        assertThat(SendRounds.pause(10)).isEqualTo(SendRounds.EVERY_NANOS);
        assertThat(SendRounds.pause(25)).isEqualTo(10_000_000);
        assertThat(SendRounds.pause(100_000)).isEqualTo(15_000_000);
    }
}
