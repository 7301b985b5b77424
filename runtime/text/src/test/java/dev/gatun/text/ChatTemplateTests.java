package dev.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.text.ChatTemplate.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Templates written as those of well-known models are, with what they make of a conversation. */
class ChatTemplateTests {
  private static final List<Message> TALK =
      List.of(
          new Message("system", "Be brief."),
          new Message("user", " Hi! "),
          new Message("assistant", "Hello."),
          new Message("user", "Bye"));

  private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

  /** A text whose lines end with the sign for that. */
  private static String lines(String text) {
    return text.replace('¶', '\n');
  }

  @Test
  void chatMl() {
    String template =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n'"
            + " + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    assertEquals(
        lines(
            "<|im_start|>system¶Be brief.<|im_end|>¶<|im_start|>user¶ Hi! <|im_end|>¶"
                + "<|im_start|>assistant¶Hello.<|im_end|>¶<|im_start|>user¶Bye<|im_end|>¶"
                + "<|im_start|>assistant¶"),
        ChatTemplate.of(template, TOKENS).render(TALK, true));
  }

  @Test
  void qwenWithToolsAndADefaultSystemMessage() {
    String template =
        """
        {%- if tools %}
            {{- '<|im_start|>system\\n' }}
            {%- if messages[0]['role'] == 'system' %}
                {{- messages[0]['content'] }}
            {%- else %}
                {{- 'You are helpful.' }}
            {%- endif %}
            {{- "\\n\\n# Tools\\n<tools>" }}
            {%- for tool in tools %}
                {{- "\\n" }}
                {{- tool | tojson }}
            {%- endfor %}
            {{- "\\n</tools><|im_end|>\\n" }}
        {%- else %}
            {%- if messages[0]['role'] == 'system' %}
                {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
            {%- else %}
                {{- '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}
            {%- endif %}
        {%- endif %}
        {%- for message in messages %}
            {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
                {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
            {%- elif message.role == "assistant" %}
                {{- '<|im_start|>' + message.role }}
                {%- for tool_call in message.tool_calls %}
                    {%- if tool_call.function is defined %}
                        {%- set tool_call = tool_call.function %}
                    {%- endif %}
                    {{- '\\n<tool_call>\\n{"name": "' }}
                    {{- tool_call.name }}
                    {{- '", "arguments": ' }}
                    {{- tool_call.arguments | tojson }}
                    {{- '}\\n</tool_call>' }}
                {%- endfor %}
                {{- '<|im_end|>\\n' }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\\n' }}
        {%- endif %}
        """;
    ChatTemplate chat = ChatTemplate.of(template, TOKENS);
    assertEquals(
        lines(
            "<|im_start|>system¶You are helpful.<|im_end|>¶<|im_start|>user¶Hi<|im_end|>¶"
                + "<|im_start|>assistant¶"),
        chat.render(List.of(new Message("user", "Hi")), true));
    assertEquals(
        lines(
            "<|im_start|>system¶Be brief.¶¶# Tools¶<tools>¶{\"name\": \"add\"}¶</tools><|im_end|>¶"
                + "<|im_start|>assistant¶<tool_call>¶{\"name\": \"add\", \"arguments\": {\"a\": 1}}¶"
                + "</tool_call><|im_end|>¶"),
        chat.render(
            List.of(
                Map.of("role", "system", "content", "Be brief."),
                Map.of(
                    "role",
                    "assistant",
                    "tool_calls",
                    List.of(
                        Map.of("function", Map.of("name", "add", "arguments", Map.of("a", 1)))))),
            false,
            Map.of("tools", List.of(Map.of("name", "add")))));
  }

  @Test
  void llama2() {
    String template =
        "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
            + "{% set system_message = messages[0]['content'] %}{% else %}"
            + "{% set loop_messages = messages %}{% set system_message = false %}{% endif %}"
            + "{% for message in loop_messages %}"
            + "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
            + "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
            + "{% if loop.index0 == 0 and system_message != false %}"
            + "{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n'"
            + " + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}"
            + "{% if message['role'] == 'user' %}"
            + "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
            + "{% elif message['role'] == 'assistant' %}"
            + "{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}";
    ChatTemplate chat = ChatTemplate.of(template, TOKENS);
    assertEquals(
        lines(
            "<s>[INST] <<SYS>>¶Be brief.¶<</SYS>>¶¶ Hi! [/INST] Hello. </s><s>[INST] Bye [/INST]"),
        chat.render(TALK, true));
    GatunException e =
        assertThrows(
            GatunException.class, () -> chat.render(List.of(new Message("assistant", "a")), true));
    assertTrue(String.valueOf(e.getMessage()).contains("must alternate"), e.toString());
  }

  @Test
  void llama3() {
    String template =
        "{% set loop_messages = messages %}{% for message in loop_messages %}"
            + "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+"
            + " message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}"
            + "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"
            + "{% if add_generation_prompt %}"
            + "{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}";
    assertEquals(
        lines(
            "<s><|start_header_id|>user<|end_header_id|>¶¶Hi<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>¶¶"),
        ChatTemplate.of(template, TOKENS).render(List.of(new Message("user", " Hi ")), true));
  }

  @Test
  void mistralAndZephyrAndGemma() {
    String mistral =
        """
        {%- if messages[0]["role"] == "system" %}
            {%- set system_message = messages[0]["content"] %}
            {%- set loop_messages = messages[1:] %}
        {%- else %}
            {%- set loop_messages = messages %}
        {%- endif %}
        {%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
        {%- set ns = namespace() %}
        {%- set ns.index = 0 %}
        {{- bos_token }}
        {%- for message in loop_messages %}
            {%- if message["role"] == "user" %}
                {%- if loop.last and system_message is defined %}
                    {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
                {%- else %}
                    {{- "[INST] " + message["content"] + "[/INST]" }}
                {%- endif %}
            {%- elif message["role"] == "assistant" %}
                {{- " " + message["content"]|trim + eos_token}}
                {%- set ns.index = ns.index + 1 %}
            {%- endif %}
        {%- endfor %}
        """;
    assertEquals(
        lines("<s>[INST]  Hi! [/INST] Hello.</s>[INST] Be brief.¶¶Bye[/INST]"),
        ChatTemplate.of(mistral, TOKENS).render(TALK, false));
    String zephyr =
        lines(
            "{% for message in messages %}¶{% if message['role'] == 'user' %}¶"
                + "{{ '<|user|>\\n' + message['content'] + eos_token }}¶"
                + "{% elif message['role'] == 'system' %}¶"
                + "{{ '<|system|>\\n' + message['content'] + eos_token }}¶"
                + "{% elif message['role'] == 'assistant' %}¶"
                + "{{ '<|assistant|>\\n'  + message['content'] + eos_token }}¶{% endif %}¶"
                + "{% if loop.last and add_generation_prompt %}¶{{ '<|assistant|>' }}¶{% endif %}¶"
                + "{% endfor %}");
    assertEquals(
        lines(
            "<|system|>¶Be brief.</s>¶<|user|>¶ Hi! </s>¶<|assistant|>¶Hello.</s>¶"
                + "<|user|>¶Bye</s>¶<|assistant|>¶"),
        ChatTemplate.of(zephyr, TOKENS).render(TALK, true));
    String gemma =
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
            + "{{ raise_exception('System role not supported') }}{% endif %}"
            + "{% for message in messages %}"
            + "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}"
            + "{% set role = message['role'] %}{% endif %}"
            + "{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}"
            + "{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}";
    ChatTemplate chat = ChatTemplate.of(gemma, TOKENS);
    assertEquals(
        lines(
            "<s><start_of_turn>user¶Hi!<end_of_turn>¶<start_of_turn>model¶Hello.<end_of_turn>¶"
                + "<start_of_turn>user¶Bye<end_of_turn>¶<start_of_turn>model¶"),
        chat.render(TALK.subList(1, 4), true));
    assertThrows(GatunException.class, () -> chat.render(TALK, true));
  }

  @Test
  void filesHaveTemplatesAndTokens(@TempDir Path folder) throws Exception {
    assertTrue(ChatTemplate.load(folder).isEmpty());
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"bos_token\": {\"content\": \"<b>\"}, \"eos_token\": null}");
    assertTrue(ChatTemplate.load(folder).isEmpty());
    Files.writeString(
        config,
        "{\"bos_token\": {\"content\": \"<b>\"}, \"chat_template\": [{\"name\": \"tool_use\","
            + " \"template\": \"x\"}, {\"name\": \"default\", \"template\": \"{{ bos_token }}\"}]}");
    ChatTemplate chat = ChatTemplate.load(folder).orElseThrow();
    assertEquals("<b>", chat.render(TALK, true));
    assertEquals(Map.of("bos_token", "<b>"), chat.tokens());
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages | length }}");
    assertEquals("4", ChatTemplate.load(folder).orElseThrow().render(TALK, true));
    Files.writeString(folder.resolve("chat_template.jinja"), lines("¶{% call %}"));
    GatunException e = assertThrows(GatunException.class, () -> ChatTemplate.load(folder));
    assertTrue(String.valueOf(e.getMessage()).contains("chat_template.jinja: template, line 2"));
  }
}
