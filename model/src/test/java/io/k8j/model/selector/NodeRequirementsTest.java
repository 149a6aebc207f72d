package io.k8j.model.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeRequirementsTest {
    @ParameterizedTest(name = "{1} {0} {2}: {3}")
    @CsvSource({
        "In, ssd, ssd|hdd, true",
        "In, tape, ssd|hdd, false",
        "In, , ssd, false",
        "NotIn, tape, ssd|hdd, true",
        "NotIn, ssd, ssd|hdd, false",
        "NotIn, , ssd, true",
        "Exists, ssd, , true",
        "Exists, , , false",
        "DoesNotExist, ssd, , false",
        "DoesNotExist, , , true",
        "Gt, 8, 7, true",
        "Gt, 7, 7, false",
        "Gt, -1, -2, true",
        "Gt, , 7, false",
        "Gt, many, 7, false",
        "Gt, 8, few, false",
        "Gt, 8, 1|2, false",
        "Lt, 6, 7, true",
        "Lt, 7, 7, false",
        "Lt, 99999999999999999999, 7, false",
        "Around, 7, 7, false"
    })
    void aValueMeetsItsRequirement(String operator, String value, String values, boolean met) {
        var requirement =
                new NodeSelectorRequirement("key", operator, values == null ? List.of() : List.of(values.split("\\|")));
        assertThat(NodeRequirements.meets(requirement, value)).isEqualTo(met);
    }

    @Test
    void whatIsNotThereMeetsNothing() {
        assertThat(NodeRequirements.meets(new NodeSelectorRequirement(), "x")).isFalse();
        assertThat(NodeRequirements.compare(null, "1")).isZero();
    }
}
