package io.k8j.apiserver.authn;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Takes the token out of a request and asks all that recognise tokens, in order. */
public final class BearerTokens implements Authenticator {
    /** Start of the subprotocol that carries a token. */
    public static final String WEBSOCKET_BEARER = "base64url.bearer.authorization.k8s.io.";

    private static final String SPACE_WARNING =
            "the provided Authorization header contains extra space before the bearer token, and is ignored";
    private static final Recognition UNKNOWN = new Recognition.Bad("invalid bearer token");

    private final List<TokenAuthenticator> authenticators;

    BearerTokens(List<TokenAuthenticator> authenticators) {
        this.authenticators = List.copyOf(authenticators);
    }

    @Override
    public Recognition authenticate(Credentials credentials, List<String> audiences) {
        Recognition byHeader = fromHeader(credentials, audiences);
        if (byHeader instanceof Recognition.Known || !credentials.webSocket()) {
            return byHeader;
        }
        Recognition bySocket = fromProtocols(credentials, audiences);
        return bySocket instanceof Recognition.None ? byHeader : bySocket;
    }

    private Recognition fromHeader(Credentials credentials, List<String> audiences) {
        String header = credentials.first("Authorization").strip();
        if (header.isEmpty()) {
            return Recognition.NONE;
        }
        String[] parts = header.split(" ", 3);
        if (parts.length < 2 || !parts[0].toLowerCase(Locale.ROOT).equals("bearer")) {
            return Recognition.NONE;
        }
        if (parts[1].isEmpty()) {
            if (parts.length == 3) {
                credentials.warn().accept(SPACE_WARNING);
            }
            return Recognition.NONE;
        }
        return ask(parts[1], credentials, audiences);
    }

    /** Browsers cannot set headers of a WebSocket, so the token comes as a subprotocol. */
    private Recognition fromProtocols(Credentials credentials, List<String> audiences) {
        String token = null;
        boolean others = false;
        for (String header : credentials.all("Sec-WebSocket-Protocol")) {
            for (String part : header.split(",")) {
                String protocol = part.strip();
                if (!protocol.startsWith(WEBSOCKET_BEARER)) {
                    others = true;
                    continue;
                }
                if (token != null) {
                    return new Recognition.Bad("multiple base64.bearer.authorization tokens specified");
                }
                token = decoded(protocol.substring(WEBSOCKET_BEARER.length()));
                if (token == null) {
                    return new Recognition.Bad("invalid base64.bearer.authorization token encoding");
                }
            }
        }
        if (token == null || token.isEmpty()) {
            return Recognition.NONE;
        }
        if (!others) {
            return new Recognition.Bad("missing additional subprotocol"); // nothing would be left to agree on
        }
        return ask(token, credentials, audiences);
    }

    private static String decoded(String text) {
        if (text.indexOf('=') >= 0) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(text)))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null; // presented, but no token of anybody
        }
    }

    private Recognition ask(String token, Credentials credentials, List<String> audiences) {
        List<String> problems = new ArrayList<>(0);
        for (TokenAuthenticator authenticator : authenticators) {
            switch (authenticator.authenticate(token, audiences, credentials.warn())) {
                case Recognition.Known known -> {
                    return known;
                }
                case Recognition.Bad(String why) -> problems.add(why);
                case Recognition.None none -> {}
            }
        }
        return problems.isEmpty() ? UNKNOWN : new Recognition.Bad(Problems.aggregate(problems));
    }
}
