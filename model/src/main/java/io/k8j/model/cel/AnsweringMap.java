package io.k8j.model.cel;

import java.util.Map;

/** A map whose {@code get} has an answer for keys, too, that {@code in} must not find. */
public interface AnsweringMap extends Map<String, Object> {}
