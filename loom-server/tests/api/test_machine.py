"""Models, tools, plugins, settings, health, metrics and the description, over HTTP."""

from server_site import Site

from loom_core.settings.shape import ModelSettings


async def test_health_tells_of_database_sandbox_and_models(client):
    health = await client.get("/health")

    assert [finding["subject"] for finding in health["findings"]] == [
        "database",
        "sandbox",
        "models",
    ]
    assert health["findings"][0]["level"] == "ok"
    assert health["running"] == []


async def test_tools_and_plugins_are_listed(client):
    tools = {tool["name"]: tool for tool in (await client.get("/tools"))["tools"]}
    plugins = {(p["group"], p["name"]): p for p in (await client.get("/plugins"))["plugins"]}

    assert tools["write_file"]["risk"] == "write"
    assert plugins["loom.commands", "serve"]["problem"] is None
    assert plugins["loom.commands", "serve"]["distribution"] == "loom-server"


async def test_models_are_listed_although_their_provider_is_not_installed(client):
    models = (await client.get("/models"))["models"]

    assert models[0]["name"] == "scripted"
    assert models[0]["is_ready"] is False


async def test_settings_are_shown_without_secrets(site: Site, monkeypatch):
    key = "sk-this-must-never-be-seen"
    models = {
        "scripted": ModelSettings(provider="scripted", model="m", api_key=key),
        "other": ModelSettings(provider="x", base_url=f"http://me:{key}@127.0.0.1/v1"),
    }
    settings = site.settings.model_copy(update={"models": models})
    monkeypatch.setattr(Site, "settings", settings)
    async with site.serve() as client:
        answer = await client.http.get("/config")

    assert key not in answer.text
    assert answer.json()["settings"]["models"]["scripted"]["model"] == "m"


async def test_metrics_count_what_happened(client, site):
    task = await client.create(site.workspace)
    await client.finished(task["id"])

    answer = await client.http.get("/metrics")

    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'loom_tasks{state="completed"} 1' in lines
    assert 'loom_tool_calls_total{tool="write_file",outcome="ok"} 1' in lines
    assert 'loom_tasks_ended_total{state="completed"} 1' in lines
    assert any(line.startswith('loom_model_tokens_total{model="scripted"') for line in lines)


async def test_memory_is_searched(client, site):
    task = await client.create(site.workspace)
    await client.finished(task["id"])

    own = await client.get(f"/tasks/{task['id']}/memory")
    found = await client.get("/memory/search", q="hello", limit=5)
    none = await client.get("/memory/search", q="hello", kind="user_instruction")

    assert own["entries"]
    assert {entry["task_id"] for entry in found["entries"]} == {task["id"]}
    assert none["entries"] == []


async def test_every_operation_documents_what_may_go_wrong(client):
    description = await client.get("/openapi.json")

    operations = {
        (method, path): operation
        for path, item in description["paths"].items()
        for method, operation in item.items()
    }
    names = [operation["operationId"] for operation in operations.values()]
    assert len(names) == len(set(names))
    for place, operation in operations.items():
        assert {"401", "403", "422", "429", "500", "503"} <= set(operation["responses"]), place
        assert operation["security"], place
        assert operation["description"], place
        schema = operation["responses"]["422"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/ErrorBody"}


async def test_the_docs_need_nothing_of_another_host(client):
    page = await client.http.get("/docs")
    script = await client.http.get("/assets/docs.js")
    style = await client.http.get("/assets/docs.css")

    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for answer in (page, script, style):
        assert answer.status_code == 200
        assert "http://" not in answer.text
        assert "https://" not in answer.text


async def test_an_unknown_path_is_not_found_in_the_same_form(client):
    answer = await client.http.get("/nothing")
    wrong = await client.http.put("/tasks", json={})

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["error"]) == (405, "method_not_allowed")
