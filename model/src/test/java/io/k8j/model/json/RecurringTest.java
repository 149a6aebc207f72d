package io.k8j.model.json;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecurringTest {
    private final Recurring<String> known = new Recurring<>(4);

    @Test
    void whatComesTheSecondTimeIsWorthKeeping() {
        assertThat(known.recurs(7)).isFalse();
        assertThat(known.find(7, _ -> true)).isNull();
        assertThat(known.recurs(7)).isTrue();
        known.keep(7, "seven");
        assertThat(known.find(7, "seven"::equals)).isEqualTo("seven");
    }

    @Test
    void anotherInputWithTheSameHashOrPlaceIsNotKnown() {
        known.keep(7, "seven");
        assertThat(known.find(7, "eight"::equals)).isNull();
        assertThat(known.find(11, _ -> true)).isNull();
        assertThat(known.recurs(11)).isFalse();
        assertThat(known.find(7, _ -> true)).isNull();
    }
}
