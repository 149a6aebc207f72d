package io.k8j.model.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FeatureGatesTest {
    @Test
    void gatesHaveTheirDefaultsUnlessTheyAreNamed() {
        assertThat(FeatureGates.DEFAULTS.isOn("GenericWorkload")).isFalse();
        assertThat(FeatureGates.DEFAULTS.isOn("NodeDeclaredFeatures")).isTrue();
        FeatureGates gates = FeatureGates.of(Map.of("GenericWorkload", "true", "WatchList", "F"));
        assertThat(gates.isOn("GenericWorkload")).isTrue();
        assertThat(gates.isOn("WatchList")).isFalse();
        assertThat(gates.isOn("GangScheduling")).isFalse();
    }

    @Test
    void aNameWinsOverItsStage() {
        FeatureGates gates = FeatureGates.of(
                Map.of("AllAlpha", "true", "AllBeta", "false", "HPAScaleToZero", "false", "WatchList", "true"));
        assertThat(gates.isOn("GangScheduling")).isTrue();
        assertThat(gates.isOn("HPAScaleToZero")).isFalse();
        assertThat(gates.isOn("WatchList")).isTrue();
        assertThat(gates.isOn("APIServerIdentity")).isFalse();
        assertThat(gates.isOn("MutatingAdmissionPolicy")).isTrue();
    }

    @Test
    void tellsWhichGatesChangeNothing() {
        FeatureGates gates = FeatureGates.of(
                Map.of("GenericWorkload", "true", "CBORServingAndStorage", "true", "WatchList", "true"));
        assertThat(gates.withoutEffect()).containsExactly("CBORServingAndStorage");
    }

    @Test
    void takesAwayWhatNeedsAGateWithIt() {
        FeatureGates gates = FeatureGates.of(Map.of(
                "GenericWorkload",
                "true",
                "GangScheduling",
                "true",
                "WorkloadAwarePreemption",
                "true",
                "HPAScaleToZero",
                "true"));
        FeatureGates fewer = gates.without("GenericWorkload");
        assertThat(fewer.isOn("GenericWorkload")).isFalse();
        assertThat(fewer.isOn("WorkloadAwarePreemption")).isFalse();
        assertThat(fewer.isOn("HPAScaleToZero")).isTrue();
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(Map.of("NoSuchThing", "true"), "unrecognized feature gate: NoSuchThing"),
                Arguments.of(
                        Map.of("ImageVolume", "false"),
                        "cannot set feature gate ImageVolume to false, feature is locked to true"),
                Arguments.of(
                        Map.of("WinDSR", "false", "ImageVolume", "false"),
                        "[cannot set feature gate ImageVolume to false, feature is locked to true, cannot set feature gate WinDSR to false, feature is locked to true]"),
                Arguments.of(
                        Map.of("GangScheduling", "true"),
                        "GangScheduling is enabled, but depends on features that are disabled: [GenericWorkload]"),
                Arguments.of(
                        Map.of("GenericWorkload", "yes"),
                        "invalid value of GenericWorkload=yes, err: strconv.ParseBool: parsing \"yes\": invalid syntax"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesInUpstreamsWords(Map<String, String> pairs, String message) {
        assertThatThrownBy(() -> FeatureGates.of(pairs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
