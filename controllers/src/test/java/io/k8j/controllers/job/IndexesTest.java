package io.k8j.controllers.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class IndexesTest {
    @Test
    void textAndSetsAreTheSame() {
        assertThat(Indexes.text(new TreeSet<>(List.of(1, 3, 4, 5, 7)))).isEqualTo("1,3-5,7");
        assertThat(Indexes.text(new TreeSet<>(List.of(0, 1)))).isEqualTo("0,1");
        assertThat(Indexes.text(new TreeSet<>())).isEmpty();
        assertThat(Indexes.parse("1,3-5,7", 10)).containsExactly(1, 3, 4, 5, 7);
        assertThat(Indexes.parse("1,3-5,7", 4)).containsExactly(1, 3);
    }
}
