package io.k8j.junit;

import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.model.jackson.UnmatchedFieldTypeModule;
import java.io.InputStream;
import java.lang.reflect.Type;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;

/**
 * One cluster's share in a serialization that all clusters of this JVM have, for what it costs is to find out about the classes
 * of the models. Who changes something, such as the class for a kind, has one of its own from then on, so that no test sees
 * what another one has changed. Threads may share it.
 */
final class SharedSerialization extends KubernetesSerialization {
    private static final class All {
        static final KubernetesSerialization KINDS = new LazyKinds();
    }

    private volatile KubernetesSerialization used = All.KINDS; // set once, under this

    SharedSerialization() {
        super(new ObjectMapper(), false);
    }

    /** That of the super class is not used. */
    @Override
    protected ObjectMapper configureMapper(ObjectMapper mapper) {
        return mapper;
    }

    private synchronized KubernetesSerialization own() {
        if (used == All.KINDS) used = new LazyKinds();
        return used;
    }

    @Override
    public UnmatchedFieldTypeModule getUnmatchedFieldTypeModule() {
        return own().getUnmatchedFieldTypeModule();
    }

    @Override
    public void registerKubernetesResource(Class<? extends KubernetesResource> type) {
        own().registerKubernetesResource(type);
    }

    @Override
    public void registerKubernetesResource(String apiVersion, String kind, Class<? extends KubernetesResource> type) {
        own().registerKubernetesResource(apiVersion, kind, type);
    }

    @Override
    public Class<? extends KubernetesResource> getRegisteredKubernetesResource(String apiVersion, String kind) {
        return used.getRegisteredKubernetesResource(apiVersion, kind);
    }

    @Override
    public <T> String asJson(T object) {
        return used.asJson(object);
    }

    @Override
    public <T> String asYaml(T object) {
        return used.asYaml(object);
    }

    @Override
    public <T> T unmarshal(InputStream in) {
        return used.unmarshal(in);
    }

    @Override
    public <T> T unmarshal(InputStream in, TypeReference<T> type) {
        return used.unmarshal(in, type);
    }

    @Override
    public <T> T unmarshal(InputStream in, Class<T> type) {
        return used.unmarshal(in, type);
    }

    @Override
    public <T> T unmarshal(String text) {
        return used.unmarshal(text);
    }

    @Override
    public <T> T unmarshal(String text, Class<T> type) {
        return used.unmarshal(text, type);
    }

    @Override
    public <T> T unmarshal(String text, TypeReference<T> type) {
        return used.unmarshal(text, type);
    }

    @Override
    public <T> T clone(T resource) {
        return used.clone(resource);
    }

    @Override
    public <T> T convertValue(Object value, Class<T> type) {
        return used.convertValue(value, type);
    }

    @Override
    public Type constructParametricType(Class<?> parameterized, Class<?>... parameters) {
        return used.constructParametricType(parameterized, parameters);
    }

    @Override
    public String convertToJson(String text) {
        return used.convertToJson(text);
    }

    @Override
    public void mergePatch(Object object, String patch) {
        used.mergePatch(object, patch);
    }
}
