package io.k8j.model.api;

import io.k8j.model.typed.Slim;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What the garbage collector must know of an object, read straight from its bytes; nothing is kept.
 *
 * @param owners the owner references, in order
 * @param finalizers in order
 * @param deletionTimestamp empty if the object is not being deleted
 */
public record Ownership(List<Owner> owners, List<String> finalizers, String deletionTimestamp) {
    /** An owner reference; {@code blockOwnerDeletion} is false when absent. */
    public record Owner(
            String apiVersion, String kind, String name, String uid, boolean controller, boolean blockOwnerDeletion) {}

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final Ownership NONE = new Ownership(List.of(), List.of(), "");

    public static Ownership of(ApiObject object) {
        return object.isFree() ? NONE : read(object);
    }

    private static Ownership read(ApiObject object) {
        List<Owner> owners = new ArrayList<>(1);
        List<String> finalizers = new ArrayList<>(1);
        String deletion = "";
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), Slim.of(object.json()))) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean metadata = parser.currentName().equals("metadata");
                parser.nextToken();
                if (!metadata) {
                    parser.skipChildren();
                    continue;
                }
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String field = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (field.equals("deletionTimestamp") && value == JsonToken.VALUE_STRING) {
                        deletion = parser.getString();
                    } else if (field.equals("finalizers") && value == JsonToken.START_ARRAY) {
                        while (parser.nextToken() != JsonToken.END_ARRAY) {
                            finalizers.add(parser.getString());
                        }
                    } else if (field.equals("ownerReferences") && value == JsonToken.START_ARRAY) {
                        while (parser.nextToken() == JsonToken.START_OBJECT) {
                            owners.add(owner(parser));
                        }
                    } else {
                        parser.skipChildren();
                    }
                }
                break;
            }
        }
        return new Ownership(List.copyOf(owners), List.copyOf(finalizers), deletion);
    }

    private static Owner owner(JsonParser parser) {
        String apiVersion = "";
        String kind = "";
        String name = "";
        String uid = "";
        boolean controller = false;
        boolean block = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "apiVersion" -> apiVersion = parser.getString();
                case "kind" -> kind = parser.getString();
                case "name" -> name = parser.getString();
                case "uid" -> uid = parser.getString();
                case "controller" -> controller = value == JsonToken.VALUE_TRUE;
                case "blockOwnerDeletion" -> block = value == JsonToken.VALUE_TRUE;
                default -> parser.skipChildren();
            }
        }
        return new Owner(apiVersion, kind, name, uid, controller, block);
    }
}
