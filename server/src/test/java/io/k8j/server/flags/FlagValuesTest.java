package io.k8j.server.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlagValuesTest {
    private static final List<Flag> KNOWN = List.of(
            new Flag("file", FlagType.TEXT),
            new Flag("modes", FlagType.LIST),
            new Flag("issuer", FlagType.REPEATED),
            new Flag("claims", FlagType.MAP),
            new Flag("anonymous", FlagType.SWITCH),
            new Flag("size", FlagType.NUMBER),
            new Flag("ttl", FlagType.DURATION));

    private static FlagValues parse(String... arguments) {
        return FlagValues.parse("--arg", List.of(arguments), KNOWN);
    }

    @Test
    void aRepeatedTextReplacesAndARepeatedListAdds() {
        FlagValues values =
                parse("file=a", "--file=b=c", "modes=Node, RBAC", "modes=Webhook", "issuer=a,b", "issuer=c");

        assertThat(values.text("file")).isEqualTo("b=c");
        assertThat(values.list("modes")).containsExactly("Node", "RBAC", "Webhook");
        assertThat(values.list("issuer")).containsExactly("a,b", "c");
    }

    @Test
    void valuesComeInTheirTypes() {
        FlagValues values = parse("anonymous", "size=-3", "ttl=1h2m3.5s", "claims=a=1,b=2", "claims=a=3");

        assertThat(values.isOn("anonymous", false)).isTrue();
        assertThat(values.number("size", 0)).isEqualTo(-3);
        assertThat(values.duration("ttl", Duration.ZERO)).isEqualTo(Duration.parse("PT1H2M3.5S"));
        assertThat(values.map("claims")).containsEntry("a", "3").containsEntry("b", "2");
        assertThat(parse("anonymous=F").isOn("anonymous", true)).isFalse();
    }

    @Test
    void whatWasNotGivenHasItsDefault() {
        assertThat(FlagValues.NONE.text("file", "x")).isEqualTo("x");
        assertThat(FlagValues.NONE.isOn("anonymous", true)).isTrue();
        assertThat(FlagValues.NONE.list("modes", List.of("RBAC"))).containsExactly("RBAC");
        assertThat(FlagValues.NONE.duration("ttl", Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(2));
    }

    record Case(String argument, String sentence) {}

    static Stream<Case> wrong() {
        return Stream.of(
                new Case("nosuch=1", "--arg nosuch=1: there is no flag 'nosuch'"),
                new Case("=1", "--arg =1: there is no flag ''"),
                new Case("file", "--arg file: must be NAME=VALUE"),
                new Case("anonymous=maybe", "--arg anonymous=maybe: must be true or false"),
                new Case("size=ten", "--arg size=ten: must be a whole number"),
                new Case("ttl=10", "--arg ttl=10: must be a duration such as 10s or 1h30m"),
                new Case("ttl=1h x", "--arg ttl=1h x: must be a duration such as 10s or 1h30m"),
                new Case("claims=a", "--arg claims=a: must be a list of KEY=VALUE"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongArgumentIsRefusedInOneSentence(Case wrong) {
        assertThatThrownBy(() -> parse(wrong.argument())).hasMessage(wrong.sentence());
    }
}
