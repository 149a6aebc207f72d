package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedSerializationTest {
    private final SharedSerialization one = new SharedSerialization();
    private final SharedSerialization other = new SharedSerialization();

    @Test
    void nothingIsLeftToTheSuperClass() throws NoSuchMethodException {
        List<Method> all = Arrays.stream(KubernetesSerialization.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .toList();
        assertThat(all).hasSizeGreaterThan(15);
        for (Method method : all) {
            assertThat(SharedSerialization.class
                            .getMethod(method.getName(), method.getParameterTypes())
                            .getDeclaringClass())
                    .as("%s", method)
                    .isEqualTo(SharedSerialization.class);
        }
    }

    @Test
    void whatOneClusterRegistersIsNotSeenByAnother() {
        one.registerKubernetesResource("examples.k8j.io/v1", "Widget", ConfigMap.class);
        assertThat(one.getRegisteredKubernetesResource("examples.k8j.io/v1", "Widget"))
                .isEqualTo(ConfigMap.class);
        assertThat(other.getRegisteredKubernetesResource("examples.k8j.io/v1", "Widget"))
                .isNull();
        assertThat(other.getRegisteredKubernetesResource("apps/v1", "Deployment"))
                .isEqualTo(Deployment.class);
    }

    @Test
    void whatOneClusterMayChangeIsItsOwn() {
        assertThat(one.getUnmatchedFieldTypeModule())
                .isSameAs(one.getUnmatchedFieldTypeModule())
                .isNotSameAs(other.getUnmatchedFieldTypeModule())
                .isNotSameAs(new SharedSerialization().getUnmatchedFieldTypeModule());
    }
}
