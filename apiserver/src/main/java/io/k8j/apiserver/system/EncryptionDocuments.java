package io.k8j.apiserver.system;

import io.k8j.apiserver.encryption.KeyRotation;
import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code k8j secrets-encrypt} asks: {@code GET /v1-k8j/encrypt/status} and {@code PUT /v1-k8j/encrypt/config}, as
 * k3s has it. Like any path outside the API it is authorized by its name, so only administrators may.
 */
public final class EncryptionDocuments implements Dispatcher.Documents {
    private final KeyRotation rotation;

    public EncryptionDocuments(KeyRotation rotation) {
        this.rotation = rotation;
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        return switch (exchange.method() + " " + exchange.path()) {
            case "GET /v1-k8j/encrypt/status" -> Optional.of(this::status);
            case "PUT /v1-k8j/encrypt/config" -> Optional.of(this::change);
            default -> Optional.empty();
        };
    }

    private void status(Exchange exchange) {
        exchange.respond(200, "application/json", Json.write(rotation.status()));
    }

    private void change(Exchange exchange) {
        Map<String, Object> wanted;
        try {
            wanted = Json.parseObject(exchange.body());
        } catch (JsonException e) {
            throw ApiException.badRequest(e.getMessage());
        }
        if (wanted.get("enable") instanceof Boolean enable) {
            rotation.enable(enable);
        } else {
            rotation.step(
                    String.valueOf(wanted.get("stage")),
                    Boolean.TRUE.equals(wanted.get("force")),
                    Boolean.TRUE.equals(wanted.get("skip")));
        }
        status(exchange);
    }
}
