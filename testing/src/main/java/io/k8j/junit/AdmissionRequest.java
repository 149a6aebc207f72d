package io.k8j.junit;

import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import java.util.Map;

/** What a webhook is asked, {@code request} of an AdmissionReview. The tree must not be changed. */
public record AdmissionRequest(Map<String, Object> tree) {
    public String uid() {
        return text("uid");
    }

    /** {@code CREATE}, {@code UPDATE}, {@code DELETE} or {@code CONNECT}. */
    public String operation() {
        return text("operation");
    }

    /** Empty for cluster resources. */
    public String namespace() {
        return text("namespace");
    }

    public String name() {
        return text("name");
    }

    public String user() {
        String name = Trees.string(tree, "userInfo", "username");
        return name == null ? "" : name;
    }

    /** The object as it is to be; empty if it is deleted. */
    public Map<String, Object> object() {
        return Trees.map(tree, "object");
    }

    /** The object as it was; empty if it is created. */
    public Map<String, Object> oldObject() {
        return Trees.map(tree, "oldObject");
    }

    /** The object as a model class, such as those of fabric8. */
    public <T> T objectAs(Class<T> type) {
        return ApiObject.ofTree(object()).as(type);
    }

    private String text(String field) {
        String text = Trees.string(tree, field);
        return text == null ? "" : text;
    }
}
