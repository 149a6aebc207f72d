package io.k8j.model.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldSelectorTest {
    @Test
    void matchesAllTerms() {
        FieldSelector s = FieldSelector.parse("spec.nodeName!=,metadata.name==a\\,b");
        assertThat(s).hasToString("metadata.name=a\\,b,spec.nodeName!=");
        assertThat(s.matches(Map.of("metadata.name", "a,b", "spec.nodeName", "n")::get))
                .isTrue();
        assertThat(s.matches(Map.of("metadata.name", "a,b")::get)).isFalse();
        assertThat(s.exactValue("metadata.name")).isEqualTo("a,b");
        assertThat(s.exactValue("spec.nodeName")).isNull();
        assertThat(FieldSelector.parse("").isEmpty()).isTrue();
    }

    @Test
    void refusesInUpstreamsWords() {
        assertThatThrownBy(() -> FieldSelector.parse("metadata.name"))
                .hasMessage("invalid selector: 'metadata.name'; can't understand 'metadata.name'");
        assertThatThrownBy(() -> FieldSelector.parse("a=b=c"))
                .hasMessage("invalid field selector: unescaped character in value: 61");
        assertThatThrownBy(() -> FieldSelector.parse("a=b\\x"))
                .hasMessage("invalid field selector: invalid escape sequence: \\x");
    }
}
