require "json"
require "minitest/autorun"
require_relative "../../hello_world/app"

class HandlerTest < Minitest::Test
  def answer_to(parameters)
    lambda_handler(event: { "queryStringParameters" => parameters }, context: nil)
  end

  def test_greets_the_one_who_is_named
    answer = answer_to({ "name" => "Ada" })
    assert_equal 200, answer[:statusCode]
    assert_equal({ "message" => "hello Ada" }, JSON.parse(answer[:body]))
  end

  def test_greets_the_world_without_a_name
    assert_equal({ "message" => "hello world" }, JSON.parse(answer_to(nil)[:body]))
  end
end
