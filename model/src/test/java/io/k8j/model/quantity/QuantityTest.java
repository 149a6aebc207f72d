package io.k8j.model.quantity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuantityTest {
    record Form(String text, String canonical, long value, long milli) {}

    static Stream<Form> forms() {
        long max = Long.MAX_VALUE;
        return Stream.of(
                new Form("0", "0", 0, 0),
                new Form("0Ki", "0", 0, 0),
                new Form("000", "0", 0, 0),
                new Form("-0", "0", 0, 0),
                new Form("1", "1", 1, 1000),
                new Form("100m", "100m", 1, 100),
                new Form("0.1", "100m", 1, 100),
                new Form(".5", "500m", 1, 500),
                new Form("1.5", "1500m", 2, 1500),
                new Form("1000m", "1", 1, 1000),
                new Form("1500m", "1500m", 2, 1500),
                new Form("2000", "2k", 2000, 2_000_000),
                new Form("1000k", "1M", 1_000_000, 1_000_000_000),
                new Form("1.5G", "1500M", 1_500_000_000, 1_500_000_000_000L),
                new Form("1Ki", "1Ki", 1024, 1_024_000),
                new Form("1024", "1024", 1024, 1_024_000),
                new Form("1024Ki", "1Mi", 1 << 20, (1L << 20) * 1000),
                new Form("1.5Gi", "1536Mi", 3L << 29, (3L << 29) * 1000),
                new Form("0.5Ki", "512", 512, 512_000),
                new Form("1025Ki", "1025Ki", 1025 * 1024, 1025L * 1024 * 1000),
                new Form("8Ki", "8Ki", 8192, 8_192_000),
                new Form("1Ei", "1Ei", 1L << 60, max),
                new Form("100Ei", "9223372036854775807", max, max),
                new Form("1e3", "1e3", 1000, 1_000_000),
                new Form("12e6", "12e6", 12_000_000, 12_000_000_000L),
                new Form("1E3", "1E3", 1000, 1_000_000),
                new Form("1e4", "10e3", 10_000, 10_000_000),
                new Form("1E", "1E", 1_000_000_000_000_000_000L, max),
                new Form("1n", "1n", 1, 1),
                new Form("0.1n", "1n", 1, 1),
                new Form("1500u", "1500u", 1, 2),
                new Form("-1.5", "-1500m", -2, -1500),
                new Form("-100m", "-100m", -1, -100),
                new Form("-1Ki", "-1Ki", -1024, -1_024_000),
                new Form("1.1Ki", "1126400m", 1127, 1_126_400),
                new Form("123456789012345678901234567890", "123456789012345678901234567890", max, max));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void readsAndPrintsCanonically(Form form) {
        Quantity quantity = Quantity.parse(form.text());
        if (form.text().length() < 30) assertThat(quantity).hasToString(form.canonical());
        assertThat(quantity.value()).as("value").isEqualTo(form.value());
        assertThat(quantity.milliValue()).as("milli value").isEqualTo(form.milli());
        assertThat(Quantity.parse(quantity.toString())).as("read back").isEqualTo(quantity);
    }

    record Fault(String text, String words) {}

    static Stream<Fault> faults() {
        return Stream.of(
                new Fault("", Quantity.WRONG_FORMAT),
                new Fault("aoeu", Quantity.WRONG_FORMAT),
                new Fault("1.1.M", Quantity.WRONG_FORMAT),
                new Fault("1+1.0M", Quantity.WRONG_FORMAT),
                new Fault(" 1", Quantity.WRONG_FORMAT),
                new Fault("1 ", Quantity.WRONG_FORMAT),
                new Fault("0.1mi", Quantity.WRONG_SUFFIX),
                new Fault("1i", Quantity.WRONG_SUFFIX),
                new Fault("-3.01e-", Quantity.WRONG_SUFFIX),
                new Fault("1K", Quantity.WRONG_SUFFIX),
                new Fault("1e1000000000", Quantity.WRONG_SUFFIX),
                new Fault("9".repeat(5000), Quantity.WRONG_FORMAT));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void refusesWhatIsNoQuantity(Fault fault) {
        assertThatThrownBy(() -> Quantity.parse(fault.text()))
                .isInstanceOf(QuantityException.class)
                .hasMessage(fault.words());
    }

    @Test
    void addsAndComparesAcrossFormats() {
        Quantity sum = Quantity.parse("1Gi").add(Quantity.parse("512Mi"));
        assertThat(sum).hasToString("1536Mi");
        assertThat(Quantity.ZERO.add(Quantity.parse("2Ki"))).hasToString("2Ki");
        assertThat(Quantity.parse("1").subtract(Quantity.parse("100m"))).hasToString("900m");
        assertThat(Quantity.parse("1Ki")).isEqualTo(Quantity.parse("1024")).hasSameHashCodeAs(Quantity.parse("1024"));
        assertThat(Quantity.parse("1k")).isLessThan(Quantity.parse("1Ki"));
    }

    @Test
    void readsNumbersOfTrees() {
        assertThat(Quantity.of((Object) 2L)).hasToString("2");
        assertThat(Quantity.of((Object) 0.5)).hasToString("500m");
        assertThat(Quantity.of("1Gi")).hasToString("1Gi");
        assertThatThrownBy(() -> Quantity.of(true)).isInstanceOf(QuantityException.class);
    }
}
