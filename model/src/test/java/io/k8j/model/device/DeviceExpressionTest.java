package io.k8j.model.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttributeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacityBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceExpressionTest {
    private static final Device DEVICE = new DeviceBuilder()
            .withName("gpu-0")
            .addToAttributes(
                    "model", new DeviceAttributeBuilder().withString("a100").build())
            .addToAttributes(
                    "other.example.com/numa",
                    new DeviceAttributeBuilder().withInt(1L).build())
            .addToAttributes(
                    "shared", new DeviceAttributeBuilder().withBool(true).build())
            .addToAttributes(
                    "firmware",
                    new DeviceAttributeBuilder().withVersion("1.10.0").build())
            .addToCapacity(
                    "memory",
                    new DeviceCapacityBuilder().withValue(new Quantity("40Gi")).build())
            .build();

    private static DeviceExpression.Answer ask(String text) throws DeviceVariable.UnreadableException {
        DeviceExpression.Compiled compiled = DeviceExpression.compile(text);
        assertThat(compiled).as(text).isInstanceOf(DeviceExpression.Compiled.Ready.class);
        return ((DeviceExpression.Compiled.Ready) compiled)
                .expression()
                .matches(DeviceVariable.of("gpu.example.com", DEVICE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "device.driver == 'gpu.example.com'",
                "device.attributes['gpu.example.com'].model == 'a100'",
                "device.attributes['gpu.example.com']['model'].startsWith('a')",
                "device.attributes['other.example.com'].numa == 1",
                "device.attributes['gpu.example.com'].shared",
                "device.attributes['gpu.example.com'].firmware.isGreaterThan(semver('1.9.0'))",
                "device.capacity['gpu.example.com'].memory.compareTo(quantity('39Gi')) > 0",
                "device.capacity['gpu.example.com'].memory == quantity('40Gi')",
                "!device.allowMultipleAllocations",
                "'gpu.example.com' in device.attributes",
                "!('nobody.example.com' in device.attributes)",
                "!has(device.attributes['nobody.example.com'].model)",
                "has(device.attributes['gpu.example.com'].model)",
                "!('model' in device.attributes['nobody.example.com'])",
                "cel.bind(dra, device.attributes['gpu.example.com'], dra.shared && dra.model == 'a100')",
            })
    void isTrueOfTheDevice(String text) throws DeviceVariable.UnreadableException {
        assertThat(ask(text)).isEqualTo(new DeviceExpression.Answer.Matches(true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "device.attributes['gpu.example.com'].none == 'a' | no such key: none",
                "device.attributes['nobody.example.com'].model == 'a' | no such key: model",
                "device.attributes['gpu.example.com'].model | CEL result of type string could not be converted to bool",
            })
    void failsOnTheDevice(String text, String message) throws DeviceVariable.UnreadableException {
        assertThat(ask(text)).isEqualTo(new DeviceExpression.Answer.Failed(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "device.driver | must evaluate to bool or the unknown type, not string",
                "1 + 1 | must evaluate to bool or the unknown type, not int",
                "noSuchVar | compilation failed: ERROR: <input>:1:1: undeclared reference to 'noSuchVar' (in container '')",
                "device.nothing | compilation failed: ERROR: <input>:1:7: undefined field 'nothing'",
            })
    void isRefused(String text, String message) {
        DeviceExpression.Compiled compiled = DeviceExpression.compile(text);
        assertThat(compiled).isInstanceOf(DeviceExpression.Compiled.Fault.class);
        assertThat(((DeviceExpression.Compiled.Fault) compiled).message()).startsWith(message);
    }

    @Test
    void knowsWhatItCostsAtWorst() {
        assertThat(cost("device.attributes['a'].b == 'c'")).isLessThan(100);
        String nested =
                "device.attributes.map(a, device.attributes.map(b, device.attributes.map(c, device.attributes.map("
                        + "d, device.attributes.map(e, a + b + c + d + e))))).size() > 0";
        assertThat(cost(nested)).isGreaterThan(DeviceExpression.MAX_COST);
    }

    private static long cost(String text) {
        return ((DeviceExpression.Compiled.Ready) DeviceExpression.compile(text))
                .expression()
                .maxCost();
    }
}
